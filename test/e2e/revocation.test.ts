import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { OFFLINE_DEPS, runDropless } from '../support/cli.js';
import { createListHost, createRevocableStore, LOOPBACK_ONLY, type ListHost, type RevocableStore } from '../support/list-host.js';
import { createTestWorld, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../support/app.js';
import { APPLICATION_ID, TEST_CATALOGUE } from '../support/catalogue.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { createStore } from '../../dev/store/store.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../src/ledger/balances.js';
import { openDatabase } from '../../src/ledger/database.js';
import { openRuntime, type Runtime } from '../../src/runtime.js';
import { createLogger } from '../../src/telemetry/logger.js';

let world: TestWorld;
let host: ListHost;
let store: RevocableStore;
let runtime: Runtime;

beforeAll(async () => {
  [world, host] = await Promise.all([createTestWorld(), createListHost()]);
  store = await createRevocableStore(host);
  const config = { ...world.config(), additionalRoots: [{ sha256: store.pki.rootFingerprint, pem: '' }] };
  const { workflowBundle } = inject('servers');
  runtime = await openRuntime(config, {
    worker: true,
    logger: createLogger({ level: 'silent' }),
    workflowBundle,
    listDownload: LOOPBACK_ONLY,
  });
  await untilEngineUp(runtime);
});
afterAll(async () => {
  await runtime.close();
  await host.close();
  await world.close();
});

async function pay(productId = 'gold60') {
  const simulated = createStore({ pki: store.pki, clock: () => new Date() });
  const productType = ProductType.CONSUMABLE;
  const { purchaseOrderId, purchaseData } = await simulated.pay({ user: 'user', applicationId: APPLICATION_ID, productId, productType });
  return { id: purchaseOrderId as PurchaseOrderId, evidence: purchaseData };
}

test('a running dropless fetches the lists of what it sees, parks what is not granted once they speak against it, and touches nothing granted', async () => {
  await Promise.all([store.publish('leaf'), store.publish('intermediate')]);
  const [player, other] = [world.account(), world.account()];
  const [granted, waiting] = [await pay(), await pay('not-yet-sold')];
  await runtime.fulfilment.submit({ evidence: granted.evidence, presenter: player });
  await runtime.fulfilment.submit({ evidence: waiting.evidence, presenter: other });
  const before = await untilState(world, granted.id, 'granted');
  await untilPurchase(world, waiting.id, ({ park }) => park?.reason === 'PRODUCT_UNKNOWN');
  const measured = async () => (await runtime.metrics.revocationListAge.get()).values.map(({ value }) => value);
  await pollUntil(async () => (await measured()).length === 2, { deadlineMs: 30_000 });

  await store.publish('leaf', { revoked: [store.path[0].serialNumber] });
  const fetched = await runDropless(['crl', 'fetch'], {
    ...OFFLINE_DEPS,
    openDatabase: () => openDatabase({ ...world.config().database, onIdleError: () => undefined }),
    listDownload: LOOPBACK_ONLY,
  });
  expect(fetched).toMatchObject({ status: 0, err: '' });
  await pollUntil(() => isRefused(), { deadlineMs: 15_000 });

  const [application, ...others] = TEST_CATALOGUE.applications;
  const [product] = application?.products.filter(({ productId }) => productId === 'gold60') ?? [];
  const sold = { ...application, products: [...(application?.products ?? []), { ...product, productId: 'not-yet-sold' }] };
  await applyCatalogue(world.database.db, { applications: [sold, ...others] }, 'test', 'sold now');
  await untilPurchase(world, waiting.id, ({ park }) => park?.reason === 'CERTIFICATE_REVOKED', 40_000);
  expect(await untilState(world, granted.id, 'granted')).toEqual(before);
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await listBalances(world.database.db, other)).toEqual([]);
});

/** Whether the running process has come to know the list. */
async function isRefused(): Promise<boolean> {
  const { evidence } = await pay();
  return runtime.fulfilment.submit({ evidence, presenter: world.account() }).then(
    () => false,
    (error: unknown) => (error as { code?: unknown }).code === 'CERTIFICATE_REVOKED',
  );
}
