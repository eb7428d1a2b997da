import type { Certificate } from './certificate.js';
import type { VerificationCheck } from './checks.js';
import type { ValidInterval } from './huawei-chain.js';

/** A set of certificates on which every check held, at every moment of the interval. */
export interface GoodChain extends ValidInterval {
  readonly leaf: Certificate;
  /** From the leaf to the root. */
  readonly path: readonly Certificate[];
  /** What the checks saw: none of it depends on the moment that was asked for. */
  readonly checks: readonly VerificationCheck[];
}

/**
 * All that the checks of a path depend on, besides the moment. Revocation is none of them: it is looked up each time, so
 * that a new list counts at once.
 */
export interface ChainKey {
  /** Strict base64, which spells DER bytes in one way only: so the text stands for the bytes. */
  readonly x5c: readonly string[];
  /** Fingerprints of the trusted roots. */
  readonly roots: string;
}

/**
 * Sets that were found good: the store signs with one for years, and judging it is most of what a verification costs.
 * What failed is never kept, so that it is judged anew, and neither is a set whose leaf signed nothing that was seen:
 * without the store's key nobody fills this.
 */
export interface KnownChains {
  /** Undefined also for a set that is known, but not for that moment. */
  find(key: ChainKey, toMoment: (leaf: Certificate) => Date): GoodChain | undefined;
  keep(key: ChainKey, chain: GoodChain): void;
}

export interface KnownChainsOptions {
  readonly now: () => Date;
  /** A leaf in use, its successor, and the same under another root, by far. */
  readonly keptMax?: number;
}

const KEPT_MAX = 16;
/** However good: after this everything is looked at again. */
const KEPT_MS = 15 * 60_000;

interface Entry {
  readonly chain: GoodChain;
  readonly keptAtMs: number;
}

export function createKnownChains({ now, keptMax = KEPT_MAX }: KnownChainsOptions): KnownChains {
  const kept = new Map<string, Entry>();
  return {
    find(key, toMoment) {
      const entry = kept.get(toText(key));
      if (entry === undefined || !isFresh(entry, now().getTime())) return undefined;
      return isWithin(entry.chain, toMoment(entry.chain.leaf)) ? entry.chain : undefined;
    },
    keep(key, chain) {
      const text = toText(key);
      kept.delete(text);
      kept.set(text, { chain, keptAtMs: now().getTime() });
      const [oldest] = kept.keys();
      if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    },
  };
}

/** Only forward: a clock that was set back makes nothing last longer. */
function isFresh({ keptAtMs }: Entry, nowMs: number): boolean {
  return keptAtMs <= nowMs && nowMs < keptAtMs + KEPT_MS;
}

/** Written so that a date which is no date is outside. */
function isWithin({ notBefore, notAfter }: GoodChain, at: Date): boolean {
  return notBefore <= at && at <= notAfter;
}

/** With the lengths: a header that only looks alike, with two certificates in one entry, is no known one. */
const toText = ({ x5c, roots }: ChainKey): string => `${x5c.map(({ length }) => length).join()} ${x5c.join('')} ${roots}`;
