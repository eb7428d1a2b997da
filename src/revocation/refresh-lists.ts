import { download, type DownloadOptions } from './download.js';
import type { Queryable } from '../ledger/database.js';
import { repeatEvery } from '../ledger/repeat-every.js';
import {
  listIssuedCertificates,
  markFailed,
  markFetched,
  type RevocationSource,
  storeRevocationList,
  takeDueSources,
} from '../ledger/revocation-lists.js';
import { findListFault, isFresh, isListed, readCertificate, readRevocationList, type RevocationList } from '../store/index.js';

export interface RefreshDeps {
  readonly db: Queryable;
  /** Lists are fresh or stale by the present time. */
  readonly now: () => Date;
  readonly alarm: (code: 'REVOCATION_LIST_UNAVAILABLE' | 'CERTIFICATE_REVOKED', facts: Readonly<Record<string, unknown>>) => void;
  readonly download?: DownloadOptions | undefined;
}

export interface Refreshed {
  readonly issuer: string;
  readonly url: string;
  readonly list: Pick<RevocationList, 'number' | 'thisUpdate' | 'nextUpdate'> | undefined;
  /** Why there is no list, or one that is out of date. */
  readonly fault: string | undefined;
}

/** Often enough for whoever revokes a key in a hurry; the store's host sees 24 requests a day. */
const FETCH_INTERVAL_MS = 3_600_000;
const RETRY_AFTER_MS = 10 * 60_000;
const LOOK_INTERVAL_MS = 5_000;
/** Far more than the store has; no certificate makes us ask the whole internet. */
const SOURCES_PER_ROUND_MAX = 20;

/**
 * Fetches the revocation lists that are due, verifies and keeps them. What cannot be had is told, marked and tried again
 * later; it never throws for a host's fault.
 * @throws {DroplessError} `LEDGER_UNAVAILABLE`
 */
export async function refreshLists(deps: RefreshDeps, { all = false } = {}): Promise<Refreshed[]> {
  const due = await takeDueSources(deps.db, { all, limit: SOURCES_PER_ROUND_MAX, retryAfterMs: RETRY_AFTER_MS });
  return Promise.all(due.map((source) => refresh(deps, source)));
}

/** Looks each few seconds for what is due, so that a new chain's lists are soon there. Answers with how to stop it. */
export function keepListsFresh(deps: RefreshDeps, onError: (error: unknown) => void): () => void {
  const stopping = new AbortController();
  const own = { ...deps, download: { ...deps.download, signal: stopping.signal } };
  const report = (error: unknown) => {
    if (!stopping.signal.aborted) onError(error);
  };
  const stop = repeatEvery(LOOK_INTERVAL_MS, () => refreshLists(own).then(() => undefined, report));
  return () => {
    stop();
    stopping.abort();
  };
}

async function refresh(deps: RefreshDeps, source: RevocationSource): Promise<Refreshed> {
  const { subject: issuer, url } = source;
  const fetched = await fetchList(deps, source);
  if (typeof fetched === 'string') return fail(deps, source, fetched);
  const stored = await storeRevocationList(deps.db, source.issuer, fetched);
  if (stored === 'older') return fail(deps, source, 'older than the list that is known');
  if (stored === 'new') await tellRevoked(deps, source, fetched);
  if (!isFresh(fetched, deps.now())) return fail(deps, source, 'stale');
  await markFetched(deps.db, source, FETCH_INTERVAL_MS);
  return { issuer, url, list: fetched, fault: undefined };
}

/** A verified list, or what is wrong with it. */
async function fetchList(deps: RefreshDeps, { url, issuerDer }: RevocationSource): Promise<RevocationList | string> {
  let list: RevocationList;
  try {
    list = readRevocationList(await download(url, deps.download));
  } catch (error) {
    deps.download?.signal?.throwIfAborted(); // No fault of the host's: this process ends.
    return error instanceof Error ? error.message : 'it cannot be fetched';
  }
  return (await findListFault(list, readCertificate(issuerDer), deps.now())) ?? list;
}

async function fail(deps: RefreshDeps, source: RevocationSource, fault: string): Promise<Refreshed> {
  const { subject: issuer, url } = source;
  await markFailed(deps.db, source, fault);
  deps.alarm('REVOCATION_LIST_UNAVAILABLE', { issuer, url, fault });
  return { issuer, url, list: undefined, fault };
}

/** Whoever signs with a certificate that was revoked, people want to know at once. */
async function tellRevoked({ db, alarm }: RefreshDeps, { issuer }: RevocationSource, list: RevocationList): Promise<void> {
  for (const { subject, der } of await listIssuedCertificates(db, issuer)) {
    const { serialNumber } = readCertificate(der);
    if (isListed(list, serialNumber)) alarm('CERTIFICATE_REVOKED', { certificate: subject, serialNumber });
  }
}
