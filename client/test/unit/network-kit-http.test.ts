import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpPort } from '../../src/main/ets/core/http-backend';
import type { Backend } from '../../src/main/ets/core/ports';
import { loadEts } from '../support/load-ets';

const REQUEST = {
  method: 'POST',
  url: 'https://purchases.example.com/v1/purchases',
  headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
  body: '{"purchaseData":"…"}',
  timeoutMs: 10_000,
} as const;
const ANSWER = { responseCode: 202, header: { 'Content-Type': 'application/json', 'Retry-After': 5 }, result: '{"code":"PENDING"}' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Network Kit, whose next request ends as the test says. */
function fakeNetwork(request: () => Promise<object>) {
  const client = { request: vi.fn((_url: string, _options: object) => request()), destroy: vi.fn() };
  const http = { createHttp: vi.fn(() => client), HttpDataType: { STRING: 0 } };
  return { client, kits: { '@kit.NetworkKit': { http } } };
}

async function loadPort(kits: Readonly<Record<string, object>>): Promise<HttpPort> {
  const { NetworkKitHttp } = await loadEts<{ NetworkKitHttp: new () => HttpPort }>('client/src/main/ets/network-kit-http.ets', kits);
  return new NetworkKitHttp();
}

test('method, address, headers, body and time limit go out as they came', async () => {
  const { client, kits } = fakeNetwork(async () => ANSWER);
  await (await loadPort(kits)).request(REQUEST);
  expect(client.request).toHaveBeenCalledExactlyOnceWith(REQUEST.url, {
    method: 'POST',
    header: REQUEST.headers,
    extraData: REQUEST.body,
    expectDataType: 0,
    usingCache: false,
    connectTimeout: 10_000,
    readTimeout: 10_000,
  });
});

test('an answer comes back with its status, its text, and the names of its headers in lower case', async () => {
  const port = await loadPort(fakeNetwork(async () => ANSWER).kits);
  expect(await port.request(REQUEST)).toEqual({
    status: 202,
    headers: { 'content-type': 'application/json', 'retry-after': '5' },
    body: '{"code":"PENDING"}',
  });
});

test.each([400, 409, 500, 503])('status %i is an answer, not an error', async (responseCode) => {
  const port = await loadPort(fakeNetwork(async () => ({ ...ANSWER, responseCode })).kits);
  expect(await port.request(REQUEST)).toMatchObject({ status: responseCode });
});

test('no connection is thrown, and the client is let go of', async () => {
  const failure = Object.assign(new Error("Couldn't connect to server"), { code: 2_300_007 });
  const { client, kits } = fakeNetwork(() => Promise.reject(failure));
  await expect((await loadPort(kits)).request(REQUEST)).rejects.toBe(failure);
  expect(client.destroy).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer that never comes is given up after the time limit, and its connection closed', async () => {
  const { client, kits } = fakeNetwork(() => new Promise(() => {}));
  const port = await loadPort(kits);
  const refused = expect(port.request(REQUEST)).rejects.toThrow('No answer in time.');
  await vi.advanceTimersByTimeAsync(10_000);
  await refused;
  expect(client.destroy).toHaveBeenCalledOnce();
});

test('an answer that is no text is none', async () => {
  const port = await loadPort(fakeNetwork(async () => ({ ...ANSWER, result: new ArrayBuffer(4) })).kits);
  await expect(port.request(REQUEST)).rejects.toThrow('The answer is no text.');
});

test("dropless's backend speaks through it, in the name of the account that asks", async () => {
  const { client, kits } = fakeNetwork(async () => ({ ...ANSWER, responseCode: 201, result: '{"developerPayload":"v1|abc"}' }));
  const { createHarmonyBackend } = await loadEts<{ createHarmonyBackend(options: object): Backend }>(
    'client/src/main/ets/harmony-backend.ets',
    kits,
  );
  const backend = createHarmonyBackend({
    baseUrl: 'https://purchases.example.com',
    applicationId: '5765880207854356261',
    token: async (account: string) => `token of ${account}`,
  });
  expect(await backend.createIntent('player-1', { productId: 'coins', productType: 0 }, 1)).toEqual({ developerPayload: 'v1|abc' });
  const [url, options] = client.request.mock.calls[0] ?? [];
  expect(url).toBe('https://purchases.example.com/v1/purchase-intents');
  expect(options).toMatchObject({ header: { authorization: 'Bearer token of player-1' } });
});
