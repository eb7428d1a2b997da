import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../../../test/support/app.js';
import { createTestIssuer } from '../../../test/support/player-tokens.js';
import { openTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.js';
import { BackendUnreachableError, type Backend, type BackendAnswer, type Intent } from '../../src/main/ets/core/ports';
import { askBackend } from '../support/ask-backend';
import { APPLICATION_ID } from '../support/device';
import { openListeningApi, type ListeningApi } from '../support/listening-api';

const GOLD = { productId: 'gold60', productType: 0 } as const;

let world: TestWorld;
let temporal: TcpProxy;
let api: ListeningApi;

beforeAll(async () => {
  world = await createTestWorld();
  const { port } = new URL(`tcp://${world.config().temporal.connectionOptions.address}`);
  temporal = await openTcpProxy({ port: Number(port) });
  const runtime = await world.openRuntime({}, { temporalAddress: temporal.address, fulfilment: { grantWaitMs: 1_500 } });
  await untilEngineUp(runtime);
  api = await openListeningApi(world, runtime);
});
afterAll(async () => {
  await temporal.setMode('pass');
  await api.close();
  await world.close();
  await temporal.close();
});

interface Line {
  readonly url?: string;
  readonly token?: (account: string) => Promise<string>;
}

const ask = <Answer>(
  question: (backend: Backend) => Promise<Answer>,
  { url = api.baseUrl, token = api.issuer.sign }: Line = {},
): Promise<Answer> => askBackend({ baseUrl: url, token }, question);

const submit = (account: string, purchaseData: string, line?: Line): Promise<BackendAnswer> =>
  ask((backend) => backend.submit(account, purchaseData), line);
const announce = (account: string, productId = 'gold60', line?: Line): Promise<Intent | BackendAnswer> =>
  ask((backend) => backend.createIntent(account, { ...GOLD, productId }, 1), line);

let accounts = 0;
const newAccount = (): string => `line-${accounts++}`;

/** An order of this account's, bound to it as `kit.purchase` does. */
async function pay(account: string) {
  const { developerPayload } = (await announce(account)) as Intent;
  return world.pay({ user: account, developerPayload });
}

test('granted, and finished for the second device once the first has said so', async () => {
  const account = newAccount();
  const { purchaseOrderId, purchaseData } = await pay(account);
  const granted = { kind: 'granted', mayFinish: true, final: true, next: 'none', purchaseOrderId };
  expect(await submit(account, purchaseData)).toEqual(granted);
  expect(await ask((backend) => backend.acknowledge(account, purchaseOrderId))).toMatchObject({
    kind: 'granted',
    final: true,
    purchaseOrderId,
  });
  await untilState(world, purchaseOrderId, 'finished');
  expect(await submit(account, purchaseData)).toEqual({ ...granted, kind: 'finished' });
});

test('somebody else’s order is let go by the device that holds it, and its word is taken', async () => {
  const [owner, presenter] = [newAccount(), newAccount()];
  const { purchaseOrderId, purchaseData } = await pay(owner);
  expect(await submit(owner, purchaseData)).toMatchObject({ kind: 'granted' });
  const answer = await submit(presenter, purchaseData);
  expect(answer).toMatchObject({ kind: 'refused', code: 'OWNED_BY_ANOTHER_ACCOUNT', mayFinish: true, final: false });
  expect(answer.message?.zh).not.toBe('');
  expect(await ask((backend) => backend.acknowledge(presenter, purchaseOrderId))).toMatchObject({ kind: 'granted', final: true });
});

test('a revoked order is refused for ever', async () => {
  const account = newAccount();
  const { purchaseOrderId } = await pay(account);
  world.store.revoke(purchaseOrderId, '0');
  const answer = await submit(account, await world.store.purchaseData(purchaseOrderId));
  expect(answer).toMatchObject({ kind: 'refused', code: 'PURCHASE_REVOKED', final: true, mayFinish: false });
});

test('a forged order is refused for ever', async () => {
  const forger = createStore({ pki: await createStorePki(), clock: () => new Date() });
  const { purchaseData } = await forger.pay({ user: 'x', applicationId: APPLICATION_ID, ...GOLD });
  expect(await submit(newAccount(), purchaseData)).toMatchObject({
    kind: 'refused',
    code: 'JWS_CHAIN_INVALID',
    final: true,
    mayFinish: false,
  });
  expect(await submit(newAccount(), '{}')).toMatchObject({ kind: 'refused', code: 'JWS_MALFORMED', final: true, mayFinish: false });
});

test('a payment that is still open wants a fresh copy', async () => {
  const order = world.store.place({ user: 'y', applicationId: APPLICATION_ID, ...GOLD });
  const answer = await submit(newAccount(), await world.store.purchaseData(order.purchaseOrderId));
  expect(answer).toMatchObject({ kind: 'pending', code: 'NOT_COMPLETED', next: 'fresh-evidence', mayFinish: false });
});

test('an announcement of what is not sold is refused with its code', async () => {
  expect(await announce(newAccount(), 'unheard-of')).toMatchObject({ kind: 'refused', code: 'PRODUCT_UNKNOWN' });
});

test('an acknowledgement of what the server never heard of is not taken yet', async () => {
  const answer = await ask((backend) => backend.acknowledge(newAccount(), '20261124171639570785bd293e.5765880207854356261'));
  expect(answer).toMatchObject({ kind: 'refused', code: 'PURCHASE_NOT_FOUND', final: false });
});

test('while Temporal is away the order is recorded and pending, and granted when it is back', async () => {
  const account = newAccount();
  const { purchaseOrderId, purchaseData } = await pay(account);
  await temporal.setMode('refuse');
  temporal.cutConnections();
  const answer = await submit(account, purchaseData);
  expect(answer).toMatchObject({ kind: 'pending', code: 'PENDING', next: 'ask-again', mayFinish: false, final: false, purchaseOrderId });
  await temporal.setMode('pass');
  await untilState(world, purchaseOrderId, 'granted');
  expect(await submit(account, purchaseData)).toMatchObject({ kind: 'granted', mayFinish: true });
});

test('an API that is not there, or is something else, is no answer', async () => {
  const { purchaseData } = await world.pay();
  await expect(submit(newAccount(), purchaseData, { url: 'http://127.0.0.1:9' })).rejects.toThrow(BackendUnreachableError);
  await expect(submit(newAccount(), purchaseData, { url: `${api.baseUrl}/docs` })).resolves.toMatchObject({
    kind: 'refused',
    code: 'ROUTE_NOT_FOUND',
  });
});

test('a token that the server does not take is said so, and grants nothing', async () => {
  const account = newAccount();
  const { purchaseData, purchaseOrderId } = await world.pay({ user: account });
  const forged = await createTestIssuer();
  const answer = await submit(account, purchaseData, { token: forged.sign });
  expect(answer).toMatchObject({ kind: 'refused', code: 'CREDENTIALS_INVALID', final: false, mayFinish: false });
  const another = await submit(account, purchaseData, { token: () => api.issuer.sign('somebody-else') });
  expect(another).toMatchObject({ kind: 'refused', code: 'CALLER_NOT_ALLOWED', mayFinish: false });
  const { rows } = await world.database.db.query('select 1 from grants where purchase_order_id = $1', [
    purchaseOrderId satisfies PurchaseOrderId,
  ]);
  expect(rows).toEqual([]);
});
