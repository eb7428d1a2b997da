import type { Database } from '../ledger/database.js';
import { rememberPath } from '../ledger/revocation-lists.js';
import { type Certificate, listDistributionPoints } from '../store/index.js';

/** Remembers a path that was found good, from the leaf to the root: its lists are fetched from then on. */
export async function rememberCertificates(db: Database, path: readonly Certificate[]): Promise<void> {
  await rememberPath(
    db,
    path.map((certificate) => ({ ...certificate, sources: listDistributionPoints(certificate) })),
  );
}
