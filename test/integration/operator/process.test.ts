import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';
import { createTestWorld, untilEngineUp, untilPurchase, type TestWorld } from '../../support/app.js';
import type { CliResult } from '../../support/cli.js';
import { unreachableAddress } from './unreachable-address.js';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(() => world.close());

const PROGRAM = join(PROJECT_DIR, 'dist/src/cli.js');

/** The built program, in a process of its own. */
function spawnDropless(args: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 30_000 };
    const child = execFile(process.execPath, [PROGRAM, ...args], options, (_, out, err) => {
      resolve({ status: child.exitCode ?? -1, out, err });
    });
  });
}

test('the program ends by itself after each kind of command, with its status', async () => {
  const env = world.env();
  expect(await spawnDropless(['setup'], env)).toMatchObject({ status: 0, err: '' });
  expect(await spawnDropless(['parked'], env)).toMatchObject({ status: 0, err: '' });
  expect(await spawnDropless(['recover'], env)).toEqual({ status: 0, err: '', out: '0 open orders checked, 0 workflows started.\n' });
  expect(await spawnDropless(['show', 'no-such-order'], env)).toMatchObject({ status: 1, out: '' });
  expect(await spawnDropless(['show'], env)).toMatchObject({ status: 2, out: '' });
});

test('an act reaches the workflow of another process, and is signed with the user’s name', async () => {
  const runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  const { purchaseOrderId, purchaseData } = await world.pay({ productId: 'unknown' });
  await runtime.fulfilment.submit({ evidence: purchaseData, presenter: world.account() });
  await untilPurchase(world, purchaseOrderId, ({ park }) => park !== undefined);
  const resolved = await spawnDropless(['resolve', purchaseOrderId, '--as', 'refused', '--why', 'paid back by hand'], world.env());
  expect(resolved).toMatchObject({ status: 0, err: '' });
  const { acts } = await runtime.fulfilment.describe(purchaseOrderId);
  expect(acts).toMatchObject([{ kind: 'resolve', why: 'paid back by hand', who: expect.stringMatching(/./) as string }]);
});

test.each([
  ['Temporal cannot be reached', async () => ['ENGINE_UNAVAILABLE', world.env({ temporalAddress: await unreachableAddress() })] as const],
  [
    'the database cannot be reached',
    async () => ['LEDGER_UNAVAILABLE', world.env({ databaseUrl: `postgres://u:hush@${await unreachableAddress()}/x` })] as const,
  ],
  ['nothing is configured', () => Promise.resolve(['CONFIGURATION_INVALID', {}] as const)],
])('where %s, one line says so, without a stack or a secret', async (_, prepare) => {
  const [code, env] = await prepare();
  const { status, out, err } = await spawnDropless(['recover'], env);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(new RegExp(`^${code}: [^\\n]+\\n$`));
  expect(err).not.toContain('hush');
});
