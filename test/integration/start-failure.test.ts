import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unreachableAddress } from './operator/unreachable-address.js';
import { createTestWorld, type TestWorld } from '../support/app.js';
import { findFreePort } from '../../dev/stack/free-port.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { PROJECT_DIR } from '../../dev/stack/project-dir.js';

/** A start that fails takes about a second; a loaded machine is given more. What this catches is a process that something keeps alive. */
const END_MS_MAX = 15_000;

let world: TestWorld;
let child: ChildProcess | undefined;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  await world.close();
});

/** The built program, as a deployment runs it. */
function start(program: string, env: Readonly<Record<string, string>>) {
  const options = { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  const started = spawn(process.execPath, [join(PROJECT_DIR, `dist/src/${program}.js`)], options);
  child = started;
  started.stdout.resume();
  return { started, err: text(started.stderr) };
}

for (const program of ['server', 'worker']) {
  test(`a ${program} whose database is dead ends with status 1 and one line that says so, without a secret`, async () => {
    const env = world.env({ databaseUrl: `postgres://u:hush@${await unreachableAddress()}/x` });
    const { started, err } = start(program, { ...env, DROPLESS_PORT: '0', DROPLESS_METRICS_PORT: '0' });
    const startedAt = performance.now();
    expect(await once(started, 'close')).toEqual([1, null]);
    expect(performance.now() - startedAt).toBeLessThan(END_MS_MAX);
    expect(await err).toMatch(/^LEDGER_UNAVAILABLE: [^\n]+\n$/);
    expect(await err).not.toContain('hush');
  });

  test(`a ${program} whose Temporal is dead goes on, and ends in order when it is told to`, async () => {
    const metricsPort = await findFreePort();
    const env = world.env({ temporalAddress: await unreachableAddress() });
    const { started } = start(program, { ...env, DROPLESS_PORT: '0', DROPLESS_METRICS_PORT: String(metricsPort) });
    const readMetrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(await pollUntil(() => readMetrics().catch(() => false as const), { deadlineMs: 20_000 })).toContain('dropless_engine_up 0');
    expect(started.exitCode).toBeNull();
    started.kill('SIGTERM');
    expect(await once(started, 'close')).toEqual([0, null]);
  });
}
