import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../support/api.js';
import { createTestWorld, untilEngineUp, type TestWorld } from '../../support/app.js';
import { APPLICATION_ID, SANDBOX_APPLICATION_ID } from '../../support/catalogue.js';
import { createTestIssuer, type TestIssuer } from '../../support/player-tokens.js';
import type { Runtime } from '../../../src/runtime.js';

let world: TestWorld;
let runtime: Runtime;
let api: TestApi;
let issuer: TestIssuer;
/** A login service that publishes its keys, and one whose address answers nothing of use. */
let publishing: TestIssuer;
let unreachable: TestIssuer;
let keyServer: Server;

beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  issuer = await createTestIssuer();
  keyServer = createServer((request, response) => {
    if (request.url === '/keys') response.end(JSON.stringify({ keys: [publishing.publicJwk] }));
    else response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => keyServer.once('listening', resolve));
  const { port } = keyServer.address() as AddressInfo;
  const from = (audience: string, path: string) =>
    createTestIssuer({ audience, jwksUrl: `http://127.0.0.1:${port}${path}`, publicKey: undefined });
  publishing = await from('publishing', '/keys');
  unreachable = await from('unreachable', '/broken');
  const elsewhere = { ...issuer.entry, audience: 'other-application', applications: ['1'] };
  api = await openTestApi(world, runtime, [issuer.entry, publishing.entry, unreachable.entry, elsewhere]);
});
afterAll(async () => {
  keyServer.close();
  await api.app.close();
  await world.close();
});

const post = (url: string, payload: object, token: string) => api.app.inject({ method: 'POST', url, payload, headers: bearer(token) });
const get = (url: string, token: string) => api.app.inject({ url, headers: bearer(token) });
const newPlayer = async () => {
  const { accountId } = world.account();
  return { accountId, token: await issuer.sign(accountId) };
};

test('a player buys, acknowledges and reads its own with nothing but its token', async () => {
  const { accountId, token } = await newPlayer();
  const intent = await post('/v1/purchase-intents', { applicationId: APPLICATION_ID, productId: 'noads' }, token);
  expect(intent.statusCode).toBe(201);
  const { developerPayload } = intent.json<{ developerPayload: string }>();
  const order = await world.pay({ developerPayload });
  const granted = await post('/v1/purchases', { purchaseData: order.purchaseData }, token);
  expect([granted.statusCode, granted.json<{ mayFinish: boolean }>().mayFinish]).toEqual([200, true]);
  const acknowledged = await api.app.inject({
    method: 'POST',
    url: `/v1/purchases/${order.purchaseOrderId}/acknowledgement`,
    headers: bearer(token),
  });
  expect(acknowledged.statusCode).toBe(200);
  const story = (await get(`/v1/purchases/${order.purchaseOrderId}`, token)).json<{ account: string; timeline: object[] }>();
  expect(story).toMatchObject({ account: accountId, mayFinish: true, final: true, next: 'none' });
  expect(story.timeline.every((event) => !('details' in event))).toBe(true);
  const goods = await get(`/v1/accounts/${accountId}/goods`, token);
  expect(goods.json()).toMatchObject({ account: accountId, balances: [{ currency: 'gold', amount: '60' }] });
});

test('a player acts for no other account, and sees neither its goods nor its orders', async () => {
  const { accountId, token } = await newPlayer();
  const other = await newPlayer();
  const order = await world.pay();
  const named = await post('/v1/purchases', { account: other.accountId, purchaseData: order.purchaseData }, token);
  expect([named.statusCode, named.json<{ code: string }>().code]).toEqual([403, 'CALLER_NOT_ALLOWED']);
  expect((await post('/v1/purchases', { account: accountId, purchaseData: order.purchaseData }, token)).statusCode).toBe(200);
  expect((await get(`/v1/accounts/${accountId}/goods`, other.token)).json()).toMatchObject({ code: 'CALLER_NOT_ALLOWED' });
  const hidden = await get(`/v1/purchases/${order.purchaseOrderId}`, other.token);
  const missing = await get('/v1/purchases/no-such-order', other.token);
  expect(hidden.statusCode).toBe(404);
  expect(missing.json<object>()).toMatchObject({ code: 'PURCHASE_NOT_FOUND', title: hidden.json<{ title: string }>().title });
});

test('a token is good for the applications of its issuer alone', async () => {
  const account = world.account().accountId;
  const token = await issuer.sign(account, { aud: 'other-application' });
  const order = await world.pay();
  const submitted = await post('/v1/purchases', { purchaseData: order.purchaseData }, token);
  expect([submitted.statusCode, submitted.json<{ code: string }>().code]).toEqual([403, 'APPLICATION_NOT_ALLOWED']);
  const intent = await post('/v1/purchase-intents', { applicationId: APPLICATION_ID, productId: 'gold60' }, token);
  expect(intent.json()).toMatchObject({ code: 'APPLICATION_NOT_ALLOWED' });
  const ownRealmOnly = await post('/v1/purchase-intents', { applicationId: SANDBOX_APPLICATION_ID, productId: 'gem10' }, api.key);
  expect(ownRealmOnly.json()).toMatchObject({ code: 'ACCOUNT_REQUIRED' });
});

test('an order whose owner is unknown is answered 202 and shown to nobody but the game', async () => {
  const { token } = await newPlayer();
  const order = await world.pay({ developerPayload: 'a payload of another system' });
  const parked = await post('/v1/purchases', { purchaseData: order.purchaseData }, token);
  expect([parked.statusCode, parked.json<{ code: string }>().code]).toEqual([202, 'OWNER_UNKNOWN']);
  expect(parked.headers['location']).toBeUndefined();
  expect((await get(`/v1/purchases/${order.purchaseOrderId}`, token)).statusCode).toBe(404);
  const forGame = await get(`/v1/purchases/${order.purchaseOrderId}`, api.key);
  expect(forGame.json()).toMatchObject({ code: 'OWNER_UNKNOWN', final: false, mayFinish: false, parkedReason: 'OWNER_UNKNOWN' });
});

test('keys that the issuer publishes are taken', async () => {
  const account = world.account().accountId;
  expect((await get(`/v1/accounts/${account}/goods`, await publishing.sign(account))).statusCode).toBe(200);
});

test('a token is not called invalid because its issuer cannot be asked', async () => {
  const answer = await get('/v1/accounts/somebody/goods', await unreachable.sign('somebody'));
  expect(answer.statusCode).toBe(502);
  expect(answer.json()).toMatchObject({ code: 'ISSUER_UNAVAILABLE', final: false, next: 'ask-again' });
  expect(answer.headers['retry-after']).toBeDefined();
});
