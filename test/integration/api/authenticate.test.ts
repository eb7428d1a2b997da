import { randomBytes } from 'node:crypto';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createTestDatabase } from '../../support/database.js';
import { createAuthenticate } from '../../../src/api/authenticate.js';
import { createApiKey, revokeApiKey } from '../../../src/ledger/api-keys.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Over a ledger whose queries are counted, at a time that the test moves. */
async function openAuthenticate() {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { db, close } = await createTestDatabase();
  onTestFinished(close);
  const query = vi.fn(db.query);
  return { db, query, authenticate: createAuthenticate({ db: { ...db, query: query as typeof db.query }, tokenIssuers: [] }) };
}

const makeBadKey = () => `dlk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;

test('a revoked key works on for five seconds at most, and a key is not asked for on each call', async () => {
  const { db, query, authenticate } = await openAuthenticate();
  const key = await createApiKey(db, { environment: 'production', realm: 'game' });
  for (let calls = 0; calls < 3; calls += 1) {
    expect(await authenticate(`Bearer ${key}`, false)).toMatchObject({ kind: 'game-server', realm: 'game', environment: 'production' });
  }
  expect(query).toHaveBeenCalledTimes(1);
  expect(await revokeApiKey(db, key.split('_')[1] ?? '')).toBe(true);
  vi.advanceTimersByTime(5_000);
  await expect(authenticate(`Bearer ${key}`, false)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
});

test('calls with the same key that come together cost one query', async () => {
  const { db, query, authenticate } = await openAuthenticate();
  const key = await createApiKey(db, { environment: 'production', realm: 'game' });
  const callers = await Promise.all(Array.from({ length: 50 }, () => authenticate(`Bearer ${key}`, false)));
  for (const caller of callers) expect(caller).toMatchObject({ kind: 'game-server', realm: 'game' });
  expect(query).toHaveBeenCalledTimes(1);
  query.mockRejectedValueOnce(new Error('the ledger is away'));
  vi.advanceTimersByTime(5_000);
  const refused = await Promise.allSettled(Array.from({ length: 9 }, () => authenticate(`Bearer ${key}`, false)));
  expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 'rejected'));
  await expect(authenticate(`Bearer ${key}`, false)).resolves.toMatchObject({ kind: 'game-server' });
});

test('the ledger is asked once a minute for the same bad key', async () => {
  const { query, authenticate } = await openAuthenticate();
  const authorization = `Bearer ${makeBadKey()}`;
  const tryThrice = async () => {
    for (let calls = 0; calls < 3; calls += 1) {
      await expect(authenticate(authorization, false)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    }
  };
  await tryThrice();
  expect(query).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  await tryThrice();
  expect(query).toHaveBeenCalledTimes(2);
});

test('suspects with ever new keys keep the ledger busy with one look-up at a time, and a good key is let in beside them', async () => {
  const { db, query, authenticate } = await openAuthenticate();
  const [known, fresh] = [
    await createApiKey(db, { environment: 'production', realm: 'game' }),
    await createApiKey(db, { environment: 'production', realm: 'game' }),
  ];
  await authenticate(`Bearer ${known}`, false);
  vi.advanceTimersByTime(5_000);
  query.mockClear();
  const strangers = Array.from({ length: 20 }, () => authenticate(`Bearer ${makeBadKey()}`, true).catch((error: unknown) => error));
  await expect(authenticate(`Bearer ${known}`, true)).resolves.toMatchObject({ kind: 'game-server' });
  const [first, ...others] = await Promise.all(strangers);
  expect(first).toMatchObject({ code: 'CREDENTIALS_INVALID' });
  for (const error of others) expect(error).toMatchObject({ code: 'RATE_LIMITED' });
  expect(query).toHaveBeenCalledTimes(2);
  await expect(authenticate(`Bearer ${fresh}`, true)).resolves.toMatchObject({ kind: 'game-server' });
});
