import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createInlineFulfilment, GOLD_INTENT } from '../support/inline-fulfilment.js';
import { toAccount } from '../support/ledger.js';
import {
  createListHost,
  createRevocableStore,
  LIST_PATHS,
  LOOPBACK_ONLY,
  type ListHost,
  type RevocableStore,
} from '../support/list-host.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { createStore } from '../../dev/store/store.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import { listNewestLists, listRevocationAges } from '../../src/ledger/revocation-lists.js';
import { openListSource } from '../../src/revocation/list-source.js';
import { refreshLists } from '../../src/revocation/refresh-lists.js';
import { createVerifier, type RevocationPolicy } from '../../src/store/index.js';

const HOUR_MS = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

let database: TestDatabase;
let host: ListHost;
let store: RevocableStore;
let successor: RevocableStore;
let alarms: string[];
let closing: (() => void)[];

beforeEach(async () => {
  [database, host] = await Promise.all([createTestDatabase(), createListHost()]);
  [store, successor] = await Promise.all([createRevocableStore(host), createRevocableStore(host)]);
  [alarms, closing] = [[], []];
});
afterEach(async () => {
  for (const close of closing) close();
  await host.close();
  await database.close();
});

/** A process that starts now: it has the lists that the ledger has. */
async function open(policy: RevocationPolicy = 'prefer', catalogue: unknown = TEST_CATALOGUE) {
  const { db } = database;
  const source = await openListSource({ db, onError: () => undefined });
  closing.push(source.close);
  const verifier = createVerifier({
    trustedRoots: [store.pki.rootFingerprint, successor.pki.rootFingerprint],
    revocation: { policy, lists: source.lists, onPath: source.remember },
  });
  return createInlineFulfilment({ db, verifier, catalogue, alarm: (code) => void alarms.push(code) });
}

const refresh = (all = true) =>
  refreshLists(
    { db: database.db, now: () => new Date(), alarm: (code) => void alarms.push(code), download: { ...LOOPBACK_ONLY, timeoutMs: 500 } },
    { all },
  );

async function countSources(): Promise<number> {
  const { rows } = await database.db.query<{ count: number }>('select count(*)::int as count from revocation_sources');
  return rows[0]?.count ?? 0;
}

const untilRemembered = () => pollUntil(async () => (await countSources()) === 2, { deadlineMs: 5_000 });

async function pay(signer = store, developerPayload = '') {
  const simulated = createStore({ pki: signer.pki, clock: () => new Date() });
  const { purchaseOrderId, purchaseData } = await simulated.pay({
    user: 'user',
    ...GOLD_INTENT,
    developerPayload,
    productType: ProductType.CONSUMABLE,
  });
  return { id: purchaseOrderId as PurchaseOrderId, evidence: purchaseData };
}

/** The chain is seen, so that its lists are known to be wanted. */
async function meet(): Promise<void> {
  await (await open()).submit({ evidence: (await pay()).evidence, presenter: toAccount() });
  await untilRemembered();
}

async function listKept(): Promise<unknown[]> {
  const { rows } = await database.db.query('select code, purchase_order_id as id from quarantine');
  return rows;
}

test('the lists of the certificates seen are fetched, kept and dated; no request waits for their host', async () => {
  await Promise.all([store.publish('leaf'), store.publish('intermediate')]);
  await meet();
  expect(host.asked).toEqual([]);
  expect(await refresh(false)).toMatchObject([{ fault: undefined }, { fault: undefined }]);
  expect(host.asked.toSorted()).toEqual([LIST_PATHS.intermediate, LIST_PATHS.leaf]);
  expect(await listNewestLists(database.db, [])).toHaveLength(2);
  const ages = await listRevocationAges(database.db);
  for (const { ageSeconds, validSeconds } of ages) expect([ageSeconds < 60, (validSeconds ?? 0) > 3_600]).toEqual([true, true]);
  expect([ages.length, alarms]).toEqual([2, []]);
  expect(await refresh(false), 'not due again before an hour').toEqual([]);
});

test('evidence is kept with the lists that it was judged by', async () => {
  await Promise.all([store.publish('leaf'), store.publish('intermediate')]);
  await meet();
  await refresh();
  const { id, evidence } = await pay();
  await (await open('require-fresh')).submit({ evidence, presenter: toAccount() });
  const { rows } = await database.db.query<{ report: { checks: { name: string; facts?: { lists?: object } }[] } }>(
    'select report from evidence where purchase_order_id = $1',
    [id],
  );
  const used = rows[0]?.report.checks.find(({ name }) => name === 'revocation')?.facts?.lists ?? {};
  const stored = (await listNewestLists(database.db, [])).map(({ fingerprint }) => fingerprint);
  expect(Object.keys(used).toSorted()).toEqual(stored.toSorted());
});

test('a host that is down is an alert under prefer, and orders are granted', async () => {
  await meet();
  expect(await refresh()).toMatchObject([{ fault: 'status 404' }, { fault: 'status 404' }]);
  await host.close();
  expect(await refresh()).toMatchObject([{ fault: expect.stringContaining('ECONNREFUSED') as string }, { list: undefined }]);
  expect(alarms).toEqual(Array.from({ length: 4 }, () => 'REVOCATION_LIST_UNAVAILABLE'));
  const player = toAccount();
  await (await open()).submit({ evidence: (await pay()).evidence, presenter: player });
  expect(await listBalances(database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('under require-fresh a new chain is undecided until its lists are there; the order is kept, and granted by itself', async () => {
  const player = toAccount();
  const strict = await open('require-fresh');
  const { developerPayload } = await strict.createIntent({ account: player, ...GOLD_INTENT });
  const { id, evidence } = await pay(store, developerPayload);
  const unknown = { code: 'REVOCATION_UNKNOWN' };
  await expect(strict.submit({ evidence, presenter: player })).rejects.toMatchObject(unknown);
  await untilRemembered();
  await store.publish('leaf');
  await store.publish('intermediate', { thisUpdate: ago(2 * HOUR_MS), nextUpdate: ago(HOUR_MS) });
  await refresh();
  await expect((await open('require-fresh')).submit({ evidence, presenter: player })).rejects.toMatchObject(unknown);
  expect(await listKept()).toEqual([{ id, ...unknown }]);
  await store.publish('intermediate');
  await refresh();
  await (await open('require-fresh')).rejudgeQuarantine();
  expect(await listBalances(database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await listKept()).toEqual([]);
});

test.each(['leaf', 'intermediate'] as const)(
  'what a revoked %s is behind is no purchase yet: kept, told, and a fresh copy wanted',
  async (of) => {
    await meet();
    const revoked = [store.path[of === 'leaf' ? 0 : 1].serialNumber];
    await store.publish(of, { revoked });
    await refresh();
    expect(alarms).toContain('CERTIFICATE_REVOKED');
    const { id, evidence } = await pay();
    const submitted = (await open()).submit({ evidence, presenter: toAccount() });
    await expect(submitted).rejects.toMatchObject({ code: 'CERTIFICATE_REVOKED' });
    expect(await findPurchase(database.db, id)).toBeUndefined();
    expect(await listKept()).toEqual([{ code: 'CERTIFICATE_REVOKED', id }]);
  },
);

const WITHOUT_PRODUCTS = { applications: TEST_CATALOGUE.applications.map((application) => ({ ...application, products: [] })) };

test('revoked after the grant nothing is touched; before it the order is parked, until a copy by a good certificate comes', async () => {
  const [rich, poor] = [toAccount(), toAccount()];
  const [granted, waiting] = [await pay(), await pay()];
  await (await open()).submit({ evidence: granted.evidence, presenter: rich });
  await (await open('prefer', WITHOUT_PRODUCTS)).submit({ evidence: waiting.evidence, presenter: poor });
  expect(await findPurchase(database.db, waiting.id)).toMatchObject({ park: { reason: 'PRODUCT_UNKNOWN' } });
  const before = await findPurchase(database.db, granted.id);
  await untilRemembered();
  await store.publish('leaf', { revoked: [store.path[0].serialNumber] });
  await refresh();
  const later = await open();
  await later.recover();
  expect(await findPurchase(database.db, waiting.id)).toMatchObject({ state: 'received', park: { reason: 'CERTIFICATE_REVOKED' } });
  expect(await findPurchase(database.db, granted.id)).toEqual(before);
  expect(await listBalances(database.db, rich)).toEqual([{ currency: 'gold', amount: 60n }]);

  const { jwsPurchaseOrder } = JSON.parse(waiting.evidence) as { jwsPurchaseOrder: string };
  const payload = JSON.parse(Buffer.from(jwsPurchaseOrder.split('.')[1] ?? '', 'base64url').toString()) as { signedTime: number };
  const fresh = await successor.pki.sign({ ...payload, signedTime: payload.signedTime + 1 });
  await later.submit({ evidence: fresh, presenter: poor });
  expect(await listBalances(database.db, poor)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('a fetch that a process’s end cuts off is no fault of the host’s: nothing is told', async () => {
  await meet();
  const ending = new AbortController();
  host.answer(LIST_PATHS.leaf, () => ending.abort());
  host.answer(LIST_PATHS.intermediate, () => undefined);
  const deps = { db: database.db, now: () => new Date(), alarm: (code: string) => void alarms.push(code) };
  await expect(refreshLists({ ...deps, download: { ...LOOPBACK_ONLY, signal: ending.signal } })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(alarms).toEqual([]);
});

test('of several processes one fetches each list', async () => {
  await Promise.all([store.publish('leaf'), store.publish('intermediate')]);
  await meet();
  const rounds = await Promise.all([refresh(false), refresh(false), refresh(false)]);
  expect(rounds.flat()).toHaveLength(2);
  expect(host.asked).toHaveLength(2);
});

test('a list by another issuer, a broken one and an old one sent again change nothing', async () => {
  await store.publish('leaf', { revoked: [store.path[0].serialNumber], number: 2 });
  await meet();
  await refresh();
  const known = await listNewestLists(database.db, []);
  const badLists = [
    () => successor.publish('leaf', { authorityKeyId: store.path[1].subjectKeyId ?? 'absent' }),
    () => Promise.resolve(host.answer(LIST_PATHS.leaf, Buffer.from('<html>'))),
    () => store.publish('leaf', { thisUpdate: ago(2 * HOUR_MS), number: 1 }),
    () => store.publish('leaf', { thisUpdate: new Date(Date.now() + HOUR_MS) }),
  ];
  for (const publish of badLists) {
    await publish();
    expect((await refresh()).every(({ fault }) => fault !== undefined)).toBe(true);
  }
  expect(await listNewestLists(database.db, [])).toEqual(known);
});

test('nobody but the store makes us ask a host: a stranger’s chain, or a genuine one under a bad signature, is not remembered', async () => {
  const stranger = await createRevocableStore(host);
  const fulfilment = await open();
  const { evidence } = await pay(stranger);
  await expect(fulfilment.submit({ evidence, presenter: toAccount() })).rejects.toMatchObject({ code: 'JWS_CHAIN_INVALID' });
  const [header, , signature] = (await store.pki.sign({})).split('.');
  const forged = `${header}.${Buffer.from('{"a":1}').toString('base64url')}.${signature}`;
  await expect(fulfilment.submit({ evidence: forged, presenter: toAccount() })).rejects.toMatchObject({ code: 'JWS_SIGNATURE_INVALID' });
  await meet();
  const { rows } = await database.db.query<{ issuer: string }>('select distinct issuer from revocation_sources');
  expect(rows.map(({ issuer }) => issuer).toSorted()).toEqual([store.path[1].fingerprint, store.path[2].fingerprint].toSorted());
});
