import { rememberCertificates } from './remember-certificates.js';
import type { Database } from '../ledger/database.js';
import { repeatEvery } from '../ledger/repeat-every.js';
import { findLists, listNewestLists } from '../ledger/revocation-lists.js';
import { type Certificate, readRevocationList, type RevocationList } from '../store/index.js';

export interface ListSource {
  /** Each issuer's newest list that the ledger has, a few seconds behind it. */
  lists(): readonly RevocationList[];
  /** Those that evidence was judged by before; only what has been replaced since is read from the ledger. */
  find(fingerprints: readonly string[]): Promise<readonly RevocationList[]>;
  /** Remembers a path that was found good, in the background: its lists are fetched from then on. */
  remember(path: readonly Certificate[]): void;
  close(): void;
}

export interface ListSourceOptions {
  readonly db: Database;
  readonly onError: (error: unknown) => void;
}

const FOLLOW_INTERVAL_MS = 5_000;
/** Paths that this process has remembered; past it some are written again, which changes nothing. */
const REMEMBERED_MAX = 100;

/** Follows the lists in the ledger. No host is ever asked from here: verification only reads what lies in memory. */
export async function openListSource({ db, onError }: ListSourceOptions): Promise<ListSource> {
  let lists: readonly RevocationList[] = [];
  const remembered = new Set<string>();
  await follow();
  const stop = repeatEvery(FOLLOW_INTERVAL_MS, () => follow().catch(onError));

  async function follow(): Promise<void> {
    const known = new Map(lists.map((list) => [list.fingerprint, list]));
    const newest = await listNewestLists(db, [...known.keys()]);
    lists = newest.flatMap(({ fingerprint, der }) => known.get(fingerprint) ?? (der === undefined ? [] : [readRevocationList(der)]));
  }

  return {
    lists: () => lists,
    async find(fingerprints) {
      const current = lists.filter(({ fingerprint }) => fingerprints.includes(fingerprint));
      const replaced = fingerprints.filter((wanted) => !current.some(({ fingerprint }) => fingerprint === wanted));
      return [...current, ...(await findLists(db, replaced)).map(readRevocationList)];
    },
    remember(path) {
      const key = path.map(({ fingerprint }) => fingerprint).join();
      if (remembered.has(key)) return;
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.add(key);
      rememberCertificates(db, path).catch((error: unknown) => {
        remembered.delete(key); // The next verification tries again.
        onError(error);
      });
    },
    close: stop,
  };
}
