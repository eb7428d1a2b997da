import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OFFLINE_DEPS, runDropless, type CliResult } from '../../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createListHost, createRevocableStore, LOOPBACK_ONLY, type ListHost, type RevocableStore } from '../../support/list-host.js';
import { createStore } from '../../../dev/store/store.js';
import { GOLD_INTENT } from '../../support/inline-fulfilment.js';
import { ProductType } from '../../../dev/store/iap-types.js';
import { openDatabase } from '../../../src/ledger/database.js';

let database: TestDatabase;
let host: ListHost;
let store: RevocableStore;
let folder: string;

beforeAll(async () => {
  [database, host] = await Promise.all([createTestDatabase(), createListHost()]);
  store = await createRevocableStore(host);
  folder = mkdtempSync(join(tmpdir(), 'dropless-crl-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await host.close();
  await database.close();
});

const fetchLists = (trusted: RevocableStore, ...args: string[]): Promise<CliResult> =>
  runDropless(['crl', 'fetch', ...args], {
    ...OFFLINE_DEPS,
    trustedRoots: () => [trusted.pki.rootFingerprint],
    openDatabase: () => openDatabase({ url: database.url, poolSizeMax: 2, onIdleError: () => undefined }),
    listDownload: LOOPBACK_ONLY,
  });

async function writePurchase(signer: RevocableStore): Promise<string> {
  const simulated = createStore({ pki: signer.pki, clock: () => new Date() });
  const { purchaseOrderId, purchaseData } = await simulated.pay({ user: 'user', ...GOLD_INTENT, productType: ProductType.CONSUMABLE });
  const path = join(folder, purchaseOrderId);
  writeFileSync(path, purchaseData);
  return path;
}

test('crl fetch primes a ledger that has seen nothing, with a purchase that the store signed, and says what cannot be had', async () => {
  expect(await fetchLists(store)).toMatchObject({ status: 1, out: expect.stringContaining('No certificate has been seen') as string });
  const purchase = await writePurchase(store);
  await store.publish('leaf');
  const partly = await fetchLists(store, purchase);
  expect(partly).toMatchObject({ status: 1, err: '' });
  expect(partly.out).toMatch(/Application CA.*: list 01 of .*, valid until /);
  expect(partly.out).toMatch(/Root CA.*: FAILED: status 404 \(http:/);
  await store.publish('intermediate');
  expect(await fetchLists(store)).toMatchObject({ status: 0, err: '' });
});

test('crl fetch takes no addresses from a purchase that somebody else signed', async () => {
  const stranger = await createRevocableStore(host);
  const asked = host.asked.length;
  const refused = await fetchLists(store, await writePurchase(stranger));
  expect(refused).toMatchObject({ status: 1, err: expect.stringMatching(/^JWS_CHAIN_INVALID: /) as string });
  expect(host.asked).toHaveLength(asked);
});
