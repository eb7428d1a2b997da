import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../support/api.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../../support/app.js';
import type { Runtime } from '../../../src/runtime.js';

let world: TestWorld;
let runtime: Runtime;
let api: TestApi;

beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  api = await openTestApi(world, runtime);
});
afterAll(async () => {
  await api.app.close();
  await world.close();
});

const post = (url: string, body: object, headers = {}) =>
  api.app.inject({ method: 'POST', url, payload: body, headers: { ...bearer(api.key), ...headers } });
const get = (url: string) => api.app.inject({ method: 'GET', url, headers: bearer(api.key) });

test('a purchase goes from the intent to a spent balance over HTTP', async () => {
  const { accountId } = world.account();
  const intent = await post('/v1/purchase-intents', {
    account: accountId,
    applicationId: '5765880207854356261',
    productId: 'gold60',
    quantity: 1,
  });
  expect(intent.statusCode).toBe(201);
  const { developerPayload } = intent.json<{ developerPayload: string }>();
  expect(developerPayload.length).toBeLessThan(128);
  const order = await world.pay({ developerPayload });
  const granted = await post('/v1/purchases', { account: accountId, purchaseData: order.purchaseData });
  expect(granted.statusCode).toBe(200);
  expect(granted.json()).toMatchObject({
    purchaseOrderId: order.purchaseOrderId,
    state: 'granted',
    final: true,
    mayFinish: true,
    goods: { currencies: [{ currency: 'gold', amount: '60' }] },
  });
  const acknowledged = await post(`/v1/purchases/${order.purchaseOrderId}/acknowledgement`, { account: accountId });
  expect(acknowledged.statusCode).toBe(200);
  await untilState(world, order.purchaseOrderId, 'finished');
  const story = await get(`/v1/purchases/${order.purchaseOrderId}`);
  const { timeline } = story.json<{ timeline: { kind: string }[] }>();
  expect(timeline.map(({ kind }) => kind)).toEqual(['received', 'granted', 'acknowledged', 'finished']);
  const spent = await post(`/v1/accounts/${accountId}/spends`, { currency: 'gold', amount: 50 }, { 'idempotency-key': 'sword' });
  expect(spent.json()).toEqual({ currency: 'gold', balance: '10' });
  const short = await post(`/v1/accounts/${accountId}/spends`, { currency: 'gold', amount: '11' }, { 'idempotency-key': 'shield' });
  expect(short.statusCode).toBe(409);
  expect(short.json()).toMatchObject({ code: 'BALANCE_TOO_LOW', final: false });
  const goods = await get(`/v1/accounts/${accountId}/goods`);
  expect(goods.json()).toMatchObject({ balances: [{ currency: 'gold', amount: '10' }] });
});

test('an order of another account is answered 409 and may be finished once granted', async () => {
  const owner = world.account();
  const intent = await runtime.fulfilment.createIntent({
    account: owner,
    applicationId: '5765880207854356261',
    productId: 'gold60',
    quantity: 1,
  });
  const order = await world.pay({ developerPayload: intent.developerPayload });
  const other = world.account();
  const answer = await post('/v1/purchases', { account: other.accountId, purchaseData: order.purchaseData });
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ code: 'OWNED_BY_ANOTHER_ACCOUNT', mayFinish: true });
  expect(answer.body).not.toContain(owner.accountId);
  const acknowledged = await post(`/v1/purchases/${order.purchaseOrderId}/acknowledgement`, { account: other.accountId });
  expect(acknowledged.statusCode).toBe(200);
  expect(acknowledged.json()).toEqual({});
  const stranger = await post(`/v1/purchases/${order.purchaseOrderId}/acknowledgement`, { account: world.account().accountId });
  expect(stranger.json()).toMatchObject({ code: 'PURCHASE_NOT_FOUND' });
});

test('malformed, oversized and wrongly signed input is refused by its code, and says nothing of its values', async () => {
  const account = world.account().accountId;
  const order = await world.pay();
  const jws = (JSON.parse(order.purchaseData) as { jwsPurchaseOrder: string }).jwsPurchaseOrder;
  const forged = `${jws.slice(0, -8)}AAAAAAAA`;
  const cases = [
    { body: { account, purchaseData: 'secret-garbage' }, status: 400, code: 'JWS_MALFORMED' },
    { body: { account, purchaseData: forged }, status: 422, code: 'JWS_SIGNATURE_INVALID' },
    { body: { account, purchaseData: 'x'.repeat(300_000) }, status: 413, code: 'REQUEST_TOO_LARGE' },
    { body: { account, purchase: 'secret-garbage' }, status: 400, code: 'REQUEST_MALFORMED' },
    { body: { purchaseData: jws }, status: 400, code: 'ACCOUNT_REQUIRED' },
  ];
  for (const { body, status, code } of cases) {
    const answer = await post('/v1/purchases', body);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).not.toContain('secret-garbage');
  }
});

test('an unknown product is accepted, parked, and granted by one retry after the catalogue is mended', async () => {
  const account = world.account();
  const order = await world.pay({ productId: 'gold600' });
  const parked = await post('/v1/purchases', { account: account.accountId, purchaseData: order.purchaseData });
  expect(parked.statusCode).toBe(202);
  expect(parked.json()).toMatchObject({ code: 'PRODUCT_UNKNOWN', final: false, mayFinish: false });
  expect(parked.headers['retry-after']).toBeDefined();
  const { applyCatalogue } = await import('../../../src/fulfilment/catalogue-source.js');
  const { TEST_CATALOGUE } = await import('../../support/catalogue.js');
  const { pollUntil } = await import('../../../dev/stack/poll-until.js');
  const mended = structuredClone(TEST_CATALOGUE);
  mended.applications[0]?.products.push({
    productId: 'gold600',
    type: 'consumable',
    grants: [{ kind: 'currency', currency: 'gold', amount: 600 }],
  });
  const version = await applyCatalogue(world.database.db, mended, 'test', 'forgot a product');
  await pollUntil(() => runtime.catalogue().version === version, { deadlineMs: 5_000 });
  await runtime.fulfilment.retry(order.purchaseOrderId, { who: 'operator', why: 'catalogue mended' });
  await untilState(world, order.purchaseOrderId, 'granted');
});

test('the document says OpenAPI 3.1 and names every call', async () => {
  const document = (await api.app.inject({ url: '/openapi.json' })).json<{ openapi: string; paths: object }>();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/v1/purchases/{purchaseOrderId}/acknowledgement');
  expect((await api.app.inject({ url: '/docs/' })).statusCode).toBe(200);
  expect((await api.app.inject({ url: '/readyz' })).json()).toEqual({ ready: true, temporal: 'up' });
});
