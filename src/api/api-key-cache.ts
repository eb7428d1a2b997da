import { createHash } from 'node:crypto';
import { createInFlightLimit } from './in-flight.js';
import { findApiKey, type ApiKey } from '../ledger/api-keys.js';
import type { Database } from '../ledger/database.js';

/**
 * Finds the key that a caller presents.
 * @throws {DroplessError} `RATE_LIMITED` when a suspect presents one never seen while another such one is looked up
 */
export type FindApiKey = (text: string, isSuspect: boolean) => Promise<ApiKey | undefined>;

/** A revoked key works on for at most this long; the ledger is spared a query for each call. */
const GOOD_KEY_MS = 5_000;
/** Nobody makes a key that was tried before it was made: this could be for ever, but for what it would hold. */
const BAD_KEY_MS = 60_000;
/** About 2 MB. Past it the oldest is asked for anew. */
const BAD_KEYS_MAX = 10_000;
/** A stream of ever new bad keys holds one connection of the pool at most, and a new good key still gets its turn. */
const SUSPECT_LOOK_UPS_MAX = 1;

/** Remembers good keys and bad ones for a moment, by their hash. */
export function cacheApiKeys(db: Database): FindApiKey {
  const good = new Map<string, { readonly key: ApiKey; readonly until: number }>();
  const bad = new Map<string, number>();
  const asked = new Map<string, Promise<ApiKey | undefined>>();
  const limitSuspects = createInFlightLimit(SUSPECT_LOOK_UPS_MAX, () => 0);

  /** A game server sends all its calls with one key: those that come together share one query. */
  function lookUp(text: string, hash: string): Promise<ApiKey | undefined> {
    const answer = asked.get(hash) ?? ask(text, hash).finally(() => asked.delete(hash));
    asked.set(hash, answer);
    return answer;
  }

  async function ask(text: string, hash: string): Promise<ApiKey | undefined> {
    const key = await findApiKey(db, text);
    if (key !== undefined) {
      good.set(hash, { key, until: performance.now() + GOOD_KEY_MS });
      return key;
    }
    good.delete(hash);
    const [oldest] = bad.keys();
    if (bad.size >= BAD_KEYS_MAX && oldest !== undefined) bad.delete(oldest);
    bad.set(hash, performance.now() + BAD_KEY_MS);
    return undefined;
  }

  return async (text, isSuspect) => {
    const hash = createHash('sha256').update(text).digest('base64');
    const hit = good.get(hash);
    if (hit !== undefined) return hit.until > performance.now() ? hit.key : lookUp(text, hash);
    if ((bad.get(hash) ?? 0) > performance.now()) return undefined;
    bad.delete(hash);
    return isSuspect ? limitSuspects(() => lookUp(text, hash)) : lookUp(text, hash);
  };
}
