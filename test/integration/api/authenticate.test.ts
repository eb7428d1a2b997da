import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createTestDatabase } from '../../support/database.js';
import { createAuthenticate } from '../../../src/api/authenticate.js';
import { createApiKey, revokeApiKey } from '../../../src/ledger/api-keys.js';

afterEach(() => {
  vi.useRealTimers();
});

test('a revoked key works on for five seconds at most, and a key is not asked for on each call', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { db, close } = await createTestDatabase();
  onTestFinished(close);
  const query = vi.fn(db.query);
  const authenticate = createAuthenticate({ db: { ...db, query: query as typeof db.query }, tokenIssuers: [] });
  const key = await createApiKey(db, 'production', 'game');
  for (let calls = 0; calls < 3; calls += 1) {
    expect(await authenticate(`Bearer ${key}`)).toMatchObject({ kind: 'game-server', realm: 'game', environment: 'production' });
  }
  expect(query).toHaveBeenCalledTimes(1);
  expect(await revokeApiKey(db, key.split('_')[1] ?? '')).toBe(true);
  vi.advanceTimersByTime(5_000);
  await expect(authenticate(`Bearer ${key}`)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
});
