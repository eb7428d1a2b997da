import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { APPLICATION_ID, TEST_CATALOGUE } from '../support/catalogue.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../src/ledger/balances.js';

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());

test('an order of an application that the catalogue lacked is granted by the sweep once the catalogue is mended', async () => {
  const runtime = await world.openRuntime({}, { fulfilment: { restartStrandedIntervalMs: 1_000 } });
  await untilEngineUp(runtime);
  const owner = world.account();
  const { developerPayload } = await runtime.fulfilment.createIntent({
    account: owner,
    applicationId: APPLICATION_ID,
    productId: 'gold60',
    quantity: 1,
  });
  const order = await world.pay({ developerPayload });
  const others = TEST_CATALOGUE.applications.filter(({ applicationId }) => applicationId !== APPLICATION_ID);
  await apply({ applications: others });
  const submission = { evidence: order.purchaseData, presenter: owner };
  await expect(runtime.fulfilment.submit(submission)).rejects.toMatchObject({ code: 'APPLICATION_UNKNOWN' });
  await apply(TEST_CATALOGUE);
  await untilState(world, order.purchaseOrderId, 'granted');
  expect(await listBalances(world.database.db, owner)).toEqual([{ currency: 'gold', amount: 60n }]);

  async function apply(catalogue: unknown): Promise<void> {
    const version = await applyCatalogue(world.database.db, catalogue, 'test', 'test');
    await pollUntil(() => runtime.catalogue().version === version, { deadlineMs: 10_000 });
  }
});
