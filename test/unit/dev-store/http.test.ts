import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openStoreServer } from '../../../dev/store/http.js';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore, type Store } from '../../../dev/store/store.js';

const COINS = { applicationId: '5765880207854356261', productId: 'coins.100', productType: 0 };
const ANSWER = z.strictObject({ purchaseOrderId: z.string(), purchaseData: z.string() });

let store: Store;
let server: Awaited<ReturnType<typeof openStoreServer>>;

beforeEach(async () => {
  store = createStore({ pki: await createStorePki(), clock: () => new Date() });
  server = await openStoreServer(store);
});
afterEach(() => server.close());

async function call(method: 'GET' | 'POST', path: string, body?: object) {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${server.url}${path}`, { method, ...json });
  return { status: response.status, body: await response.json() };
}

async function pay(body: object = COINS) {
  return ANSWER.parse((await call('POST', '/orders', body)).body);
}

function payloadOf(body: unknown) {
  const { purchaseData } = ANSWER.parse(body);
  return decodeJwt(z.object({ jwsPurchaseOrder: z.string() }).parse(JSON.parse(purchaseData)).jwsPurchaseOrder);
}

test('a payment is answered 201 with the document the device would get', async () => {
  const { status, body } = await call('POST', '/orders', { ...COINS, user: 'ann', price: 600, quantity: 2, developerPayload: 'v1.x.y' });
  expect(status).toBe(201);
  expect(payloadOf(body)).toMatchObject({ productId: 'coins.100', productType: '0', price: 600, quantity: 2, developerPayload: 'v1.x.y' });
  expect(store.listOrders({ user: 'ann' })).toHaveLength(1);
});

test('user, environment, price and payload need not be named', async () => {
  expect(payloadOf(await pay())).toMatchObject({ environment: 'NORMAL', developerPayload: '' });
  expect(store.listOrders({ user: 'player' })).toHaveLength(1);
});

test('an order is read again, revoked and finished by its id', async () => {
  const { purchaseOrderId } = await pay();
  const path = `/orders/${purchaseOrderId}`;
  expect(payloadOf((await call('GET', path)).body)).toMatchObject({ purchaseOrderId, finishStatus: '2' });
  expect(payloadOf((await call('POST', `${path}/finish`)).body)).toMatchObject({ finishStatus: '1' });
  expect(payloadOf((await call('POST', `${path}/revoke`, { code: '0' })).body)).toMatchObject({ purchaseOrderRevocationReasonCode: '0' });
});

test('a user’s unfinished orders are listed, and neither finished ones nor another user’s', async () => {
  const [finished, open] = [await pay({ ...COINS, user: 'ann' }), await pay({ ...COINS, user: 'ann' })];
  await pay();
  store.finish(finished.purchaseOrderId);
  const { body } = await call('GET', '/orders?user=ann');
  expect(body).toMatchObject([{ purchaseOrderId: open.purchaseOrderId }]);
});

test('a revocation without a body is a refund because of a problem', async () => {
  const { purchaseOrderId } = await pay();
  const { body } = await call('POST', `/orders/${purchaseOrderId}/revoke`);
  expect(payloadOf(body)).toMatchObject({ purchaseOrderRevocationReasonCode: '1' });
});

test.each(['/orders/nothing', '/orders/nothing/revoke', '/orders/nothing/finish'])('%s is answered 404', async (path) => {
  const { status, body } = await call(path === '/orders/nothing' ? 'GET' : 'POST', path);
  expect({ status, body }).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
});

test.each([
  { ...COINS, productType: '0' },
  { ...COINS, applicationId: 5765880207854356 },
  { ...COINS, quantity: 11 },
  { ...COINS, prize: 1 },
])('a payment that is not understood is answered 400 and not written: %j', async (body) => {
  expect(await call('POST', '/orders', body)).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
  expect(store.listOrders({ user: 'player' })).toEqual([]);
});

test('it listens on the loopback address', () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});

test('an order whose payment waits has no purchaseTime until it is completed', async () => {
  const { body } = await call('POST', '/orders', { ...COINS, paid: false });
  expect(payloadOf(body)).not.toHaveProperty('purchaseTime');
  const { purchaseOrderId } = ANSWER.parse(body);
  expect(payloadOf((await call('POST', `/orders/${purchaseOrderId}/complete`)).body)).toHaveProperty('purchaseTime');
});
