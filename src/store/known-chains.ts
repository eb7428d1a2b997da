import type { Passed } from './checks.js';
import { type HuaweiChain, toPassed } from './huawei-chain.js';

/**
 * Chains that have been read, and whose leaf is known to have signed something: the store signs with one leaf for
 * years, and reading its chain is most of what a verification costs. Every check is still made each time.
 */
export interface KnownChains {
  find(x5c: readonly string[]): Passed<HuaweiChain> | undefined;
  keep(x5c: readonly string[], chain: HuaweiChain): void;
}

/** A leaf in use, its successor, and the same under another root. */
const KEPT_MAX = 8;

export function createKnownChains(): KnownChains {
  const kept = new Map<string, Passed<HuaweiChain>>();
  return {
    find: (x5c) => kept.get(toKey(x5c)),
    keep(x5c, chain) {
      kept.delete(toKey(x5c));
      kept.set(toKey(x5c), toPassed(chain));
      const [oldest] = kept.keys();
      if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    },
  };
}

/** A header that only looks alike, with two certificates in one entry, is no known one. */
const toKey = (x5c: readonly string[]): string => JSON.stringify(x5c);
