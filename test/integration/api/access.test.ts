import { exportSPKI, importJWK, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../support/api.js';
import { createTestWorld, type TestWorld } from '../../support/app.js';
import { APPLICATION_ID } from '../../support/catalogue.js';
import { createTestIssuer, toUnsignedToken, type TestIssuer } from '../../support/player-tokens.js';
import type { TableRow } from '../../../src/api/api-route.js';
import { ROUTE_TABLE } from '../../../src/api/route-table.js';
import { createApiKey, revokeApiKey } from '../../../src/ledger/api-keys.js';

const PLAYER = 'player-of-the-access-test';
const KINDS = ['game-server', 'player'] as const;

let world: TestWorld;
let api: TestApi;
let issuer: TestIssuer;
let good: Record<(typeof KINDS)[number], string>;
let bad: Record<string, string>;

beforeAll(async () => {
  world = await createTestWorld();
  issuer = await createTestIssuer();
  const issuers = [
    issuer.entry,
    { ...issuer.entry, audience: 'another-game', realm: 'other-game' },
    { ...issuer.entry, audience: 'other-application', applications: ['1'] },
  ];
  const runtime = await world.openRuntime({ worker: false }, { fulfilment: { grantWaitMs: 0 } });
  api = await openTestApi(world, runtime, issuers);
  good = { 'game-server': api.key, player: await issuer.sign(PLAYER) };
  bad = await makeBadCredentials();
});
afterAll(async () => {
  await api.app.close();
  await world.close();
});

const NAMES_OF_BAD_CREDENTIALS = [
  'a key that is none',
  'a key with another secret',
  'a revoked key',
  'another scheme',
  'an expired token',
  'a token not valid yet',
  'a token without expiry',
  'a token without an account',
  'a token whose account is no name',
  'a token of another issuer',
  'a token for another audience',
  'a token for two audiences of ours',
  'a token signed by another key',
  'a token without signature',
  'a token signed with the public key as shared secret',
  'a token cut short',
];

async function makeBadCredentials(): Promise<Record<string, string>> {
  const revoked = await createApiKey(world.database.db, { environment: 'production', realm: 'game' });
  await revokeApiKey(world.database.db, revoked.split('_')[1] ?? '');
  const token = await issuer.sign(PLAYER);
  const past = Math.floor(Date.now() / 1_000) - 3_600;
  const thief = await createTestIssuer();
  return {
    'a key that is none': 'Bearer dlk_none',
    'a key with another secret': `Bearer ${api.key.slice(0, -4)}AAAA`,
    'a revoked key': `Bearer ${revoked}`,
    'another scheme': `Basic ${api.key}`,
    'an expired token': `Bearer ${await issuer.sign(PLAYER, { exp: past })}`,
    'a token not valid yet': `Bearer ${await issuer.sign(PLAYER, { nbf: past + 7_200 })}`,
    'a token without expiry': `Bearer ${await issuer.sign(PLAYER, { exp: undefined })}`,
    'a token without an account': `Bearer ${await issuer.sign(PLAYER, { sub: undefined })}`,
    'a token whose account is no name': `Bearer ${await issuer.sign('line\nbreak')}`,
    'a token of another issuer': `Bearer ${await issuer.sign(PLAYER, { iss: 'https://elsewhere.example' })}`,
    'a token for another audience': `Bearer ${await issuer.sign(PLAYER, { aud: 'elsewhere' })}`,
    'a token for two audiences of ours': `Bearer ${await issuer.sign(PLAYER, { aud: ['dropless', 'another-game'] })}`,
    'a token signed by another key': `Bearer ${await thief.sign(PLAYER)}`,
    'a token without signature': `Bearer ${toUnsignedToken(token)}`,
    'a token signed with the public key as shared secret': `Bearer ${await signWithPublicKey()}`,
    'a token cut short': `Bearer ${token.slice(0, -20)}`,
  };
}

async function signWithPublicKey(): Promise<string> {
  const pem = await exportSPKI((await importJWK(issuer.publicJwk, 'ES256', { extractable: true })) as CryptoKey);
  return new SignJWT({ iss: 'https://login.game.example', aud: 'dropless', sub: PLAYER, exp: Math.floor(Date.now() / 1_000) + 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(pem));
}

async function call({ method, url }: TableRow, authorization?: string) {
  const answer = await api.app.inject({
    method,
    url: url.replace(':purchaseOrderId', 'no-such-order').replace(':account', PLAYER),
    ...(method === 'POST' && { payload: {} }),
    headers: authorization === undefined ? {} : { authorization },
  });
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  return { status: answer.statusCode, code: isProblem ? answer.json<{ code: string }>().code : undefined, headers: answer.headers };
}

test('every bad credential that is named is made', () => {
  expect(Object.keys(bad)).toEqual(NAMES_OF_BAD_CREDENTIALS);
});

describe.each(ROUTE_TABLE.map((row) => ({ name: `${row.method} ${row.url}`, row })))('$name', ({ row }) => {
  const allowed: readonly string[] = row.callers;
  if (allowed.includes('public')) {
    test('anybody may call it', async () => {
      expect((await call(row)).status).toBe(200);
    });
    return;
  }

  test('nobody may call it without credentials', async () => {
    const answer = await call(row);
    expect(answer).toMatchObject({ status: 401, code: 'CREDENTIALS_MISSING' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test.each(NAMES_OF_BAD_CREDENTIALS)('nobody may call it with %s', async (name) => {
    expect(await call(row, bad[name])).toMatchObject({ status: 401, code: 'CREDENTIALS_INVALID' });
  });

  test.each(KINDS)('a %s is let through exactly if the table says so', async (kind) => {
    const { status, code } = await call(row, `Bearer ${good[kind]}`);
    if (!allowed.includes(kind)) expect({ status, code }).toEqual({ status: 403, code: 'CALLER_NOT_ALLOWED' });
    else expect([401, 403, 500]).not.toContain(status);
  });
});

test('the table lets a player do all but spend', () => {
  const closed = ROUTE_TABLE.filter(({ callers }) => !callers.some((each) => each === 'public' || each === 'player'));
  expect(closed.map(({ url }) => url)).toEqual(['/v1/accounts/:account/spends']);
});

describe('a key of another realm or environment', () => {
  const elsewhere = [
    { environment: 'production', realm: 'other-game' },
    { environment: 'sandbox', realm: 'game' },
  ] as const;

  test.each(elsewhere)('sees and submits nothing of this one ($environment, $realm)', async ({ environment, realm }) => {
    const key = await createApiKey(world.database.db, { environment, realm });
    const { accountId } = world.account();
    const order = await world.pay();
    const payload = { account: accountId, purchaseData: order.purchaseData };
    const refused = await api.app.inject({ method: 'POST', url: '/v1/purchases', payload, headers: bearer(key) });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'APPLICATION_NOT_ALLOWED']);
    const accepted = await api.app.inject({ method: 'POST', url: '/v1/purchases', payload, headers: bearer(api.key) });
    expect(accepted.statusCode).toBe(202);
    const hidden = await api.app.inject({ url: `/v1/purchases/${order.purchaseOrderId}`, headers: bearer(key) });
    expect([hidden.statusCode, hidden.json<{ code: string }>().code]).toEqual([404, 'PURCHASE_NOT_FOUND']);
    const acknowledged = await api.app.inject({
      method: 'POST',
      url: `/v1/purchases/${order.purchaseOrderId}/acknowledgement`,
      payload: { account: accountId },
      headers: bearer(key),
    });
    expect(acknowledged.statusCode).toBe(404);
  });
});

describe('a caller bound to applications', () => {
  const OTHER_APPLICATION_ID = '1';
  const bound = async (applications: readonly string[]) =>
    createApiKey(world.database.db, { environment: 'production', realm: 'game', applications });

  /** What each call says to these credentials, of an order that is in the ledger. */
  async function callAll(credentials: string, accountId: string) {
    const { purchaseOrderId, purchaseData } = await world.pay();
    const headers = bearer(credentials);
    const post = (url: string, payload: object) =>
      api.app.inject({ method: 'POST', url, payload: { account: accountId, ...payload }, headers });
    const intent = await post('/v1/purchase-intents', { applicationId: APPLICATION_ID, productId: 'gold60' });
    const submitted = await post('/v1/purchases', { purchaseData });
    const known = { account: accountId, purchaseData };
    await api.app.inject({ method: 'POST', url: '/v1/purchases', payload: known, headers: bearer(api.key) });
    const resubmitted = await post('/v1/purchases', { purchaseData });
    const looked = await api.app.inject({ url: `/v1/purchases/${purchaseOrderId}`, headers });
    const acknowledged = await post(`/v1/purchases/${purchaseOrderId}/acknowledgement`, {});
    const goods = await api.app.inject({ url: `/v1/accounts/${accountId}/goods`, headers });
    return [intent, submitted, resubmitted, looked, acknowledged, goods].map((answer) => {
      const { code } = answer.json<{ code?: string }>();
      return answer.statusCode < 400 ? answer.statusCode : code;
    });
  }
  const NOT_ALLOWED = 'APPLICATION_NOT_ALLOWED';
  const NOT_FOUND = 'PURCHASE_NOT_FOUND';
  const REFUSED = [NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, NOT_FOUND, NOT_FOUND, 200];

  test('as a game server sells, submits, sees and acknowledges nothing of another application', async () => {
    expect(await callAll(await bound([OTHER_APPLICATION_ID]), world.account().accountId)).toEqual(REFUSED);
  });

  test('as a player neither, not even its own order', async () => {
    const { accountId } = world.account();
    expect(await callAll(await issuer.sign(accountId, { aud: 'other-application' }), accountId)).toEqual(REFUSED);
  });

  test('does all of it in each of its applications', async () => {
    const key = await bound([OTHER_APPLICATION_ID, APPLICATION_ID]);
    expect(await callAll(key, world.account().accountId)).toEqual([201, 202, 202, 200, 200, 200]);
  });
});
