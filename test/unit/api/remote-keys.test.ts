import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createRemoteKeys } from '../../../src/api/remote-keys.js';

afterEach(() => {
  vi.useRealTimers();
});

/** A login service's address of keys, and how often it was asked. */
async function openIssuer(answer: () => { status: number; body: string }) {
  const asked = vi.fn();
  const server = createServer((_, response) => {
    asked();
    const { status, body } = answer();
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const getKey = createRemoteKeys(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  return { asked, ask: (kid: string) => getKey({ alg: 'ES256', kid }, { payload: '', signature: '' }) };
}

test('tokens with ever new key ids do not make us ask the issuer again, and good ones find their key meanwhile', async () => {
  const { publicKey } = await generateKeyPair('ES256');
  const body = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'good', alg: 'ES256' }] });
  const { asked, ask } = await openIssuer(() => ({ status: 200, body }));
  for (let tokens = 0; tokens < 20; tokens += 1) {
    await expect(ask(randomUUID())).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  }
  await expect(ask('good')).resolves.toBeDefined();
  expect(asked).toHaveBeenCalledTimes(1);
});

test('an issuer in trouble is asked again after a pause, not by each token', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { asked, ask } = await openIssuer(() => ({ status: 500, body: '' }));
  const askTenTimes = async () => {
    for (let tokens = 0; tokens < 10; tokens += 1) await expect(ask('any')).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  };
  await askTenTimes();
  expect(asked).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5_000);
  await askTenTimes();
  expect(asked).toHaveBeenCalledTimes(2);
});
