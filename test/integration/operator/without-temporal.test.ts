import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCli } from '../../support/cli.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../../support/app.js';
import { unreachableAddress } from './unreachable-address.js';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
});
afterAll(() => world.close());

const SOON = { strandedAfterMs: 1_000, restartStrandedIntervalMs: 1_000, grantWaitMs: 100 };

test('an attach while Temporal is down is recorded, and the sweep carries it out', async () => {
  const address = await unreachableAddress();
  const player = world.account();
  const apart = await world.openRuntime({}, { temporalAddress: address, fulfilment: SOON });
  const { purchaseOrderId, purchaseData } = await world.pay({ developerPayload: 'another-system' });
  await apart.fulfilment.submit({ evidence: purchaseData, presenter: world.account() });
  const alone = createTestCli(world, address);
  const attached = await alone('attach', purchaseOrderId, '--account', player.accountId, '--why', 'the player wrote to us');
  expect(attached).toMatchObject({ status: 0, err: '' });
  expect(attached.out).toContain('Temporal cannot be reached. The act is recorded');
  await untilEngineUp(await world.openRuntime({}, { fulfilment: SOON }));
  expect(await untilState(world, purchaseOrderId, 'granted')).toMatchObject({ account: player });
});

test('recover starts what has no workflow, and says how many', async () => {
  const apart = await world.openRuntime({ worker: false }, { temporalAddress: await unreachableAddress(), fulfilment: SOON });
  const { purchaseOrderId, purchaseData } = await world.pay();
  await apart.fulfilment.submit({ evidence: purchaseData, presenter: world.account() });
  const { status, out } = await createTestCli(world)('recover');
  expect(status).toBe(0);
  expect(out).toMatch(/^\d+ open orders checked, \d+ workflows started\.\n$/);
  await untilState(world, purchaseOrderId, 'granted');
});
