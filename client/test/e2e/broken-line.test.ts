import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../../../test/support/app.js';
import { openTcpProxy, type ProxyMode, type TcpProxy } from '../../../test/support/tcp-proxy.js';
import { BackendUnreachableError, type Backend } from '../../src/main/ets/core/ports';
import { askBackend } from '../support/ask-backend';
import { openListeningApi, type ListeningApi } from '../support/listening-api';

const GOLD = { productId: 'gold60', productType: 0 } as const;

let world: TestWorld;
let api: ListeningApi;
let line: TcpProxy;

beforeAll(async () => {
  world = await createTestWorld();
  const runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  api = await openListeningApi(world, runtime);
  // Long enough for the API to have answered into the void.
  line = await openTcpProxy({ port: api.port, cutAfterMs: 200 });
});
beforeEach(() => line.setMode('pass'));
afterAll(async () => {
  await api.close();
  await world.close();
  await line.close();
});

const ask = <Answer>(question: (backend: Backend) => Promise<Answer>, baseUrl = `http://${line.address}`): Promise<Answer> =>
  askBackend({ baseUrl, token: api.issuer.sign, timeoutMs: 2_000 }, question);

let accounts = 0;
const newAccount = (): string => `broken-line-${accounts++}`;

async function countGrants(purchaseOrderId: PurchaseOrderId): Promise<number> {
  const { rows } = await world.database.db.query('select 1 from grants where purchase_order_id = $1', [purchaseOrderId]);
  return rows.length;
}

async function breakLine(mode: ProxyMode): Promise<void> {
  await line.setMode(mode);
  // Connections that are open already would go on.
  if (mode === 'refuse') line.cutConnections();
}

test.each([
  ['refuse', 0],
  ['cut-before', 0],
  ['hang', 0],
  ['cut-after', 1],
] as const)('a line in mode %s is no answer, whatever came of it (grants: %i); mended, there is one grant', async (mode, grants) => {
  const account = newAccount();
  const { purchaseOrderId, purchaseData } = await world.pay({ user: account });
  const submit = (backend: Backend) => backend.submit(account, purchaseData);
  await breakLine(mode);
  await expect(ask((backend) => backend.createIntent(account, GOLD, 1))).rejects.toThrow(BackendUnreachableError);
  await expect(ask(submit)).rejects.toThrow(BackendUnreachableError);
  if (grants > 0) await untilState(world, purchaseOrderId, 'granted');
  expect(await countGrants(purchaseOrderId)).toBe(grants);
  await breakLine('pass');
  expect(await ask(submit)).toMatchObject({ kind: 'granted', mayFinish: true, purchaseOrderId });
  expect(await countGrants(purchaseOrderId)).toBe(1);
});

test('an acknowledgement whose answer is lost is repeated, and the order is finished once', async () => {
  const account = newAccount();
  const { purchaseOrderId, purchaseData } = await world.pay({ user: account });
  const acknowledge = (backend: Backend) => backend.acknowledge(account, purchaseOrderId);
  expect(await ask((backend) => backend.submit(account, purchaseData))).toMatchObject({ kind: 'granted' });
  await breakLine('cut-after');
  await expect(ask(acknowledge)).rejects.toThrow(BackendUnreachableError);
  await untilState(world, purchaseOrderId, 'finished');
  await breakLine('pass');
  expect(await ask(acknowledge)).toMatchObject({ kind: 'granted', final: true, purchaseOrderId });
});

/** What a hotel's Wi-Fi answers in the API's place, to whatever is asked. */
const PORTALS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>'),
  'JSON of its own': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true,"state":"ok"}'),
  'the way to its page': (response) => response.writeHead(302, { location: '/welcome' }).end(),
  'a page that says to sign in': (response) => response.writeHead(511, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
};

async function openPortal(answer: (response: ServerResponse) => void): Promise<{ portal: Server; url: string }> {
  const portal = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  return { portal, url: `http://127.0.0.1:${(portal.address() as AddressInfo).port}` };
}

test.each(Object.entries(PORTALS))('a captive portal that answers %s is no answer to anything', async (_name, answer) => {
  const { portal, url } = await openPortal(answer);
  const account = newAccount();
  try {
    await expect(ask((backend) => backend.createIntent(account, GOLD, 1), url)).rejects.toThrow(BackendUnreachableError);
    await expect(ask((backend) => backend.submit(account, '{}'), url)).rejects.toThrow(BackendUnreachableError);
    await expect(ask((backend) => backend.acknowledge(account, 'an-order'), url)).rejects.toThrow(BackendUnreachableError);
  } finally {
    portal.closeAllConnections();
    portal.close();
  }
});
