import type { Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import { parseCatalogue } from '../domain/parse-catalogue.js';
import { findCatalogue, insertCatalogue } from '../ledger/catalogue-versions.js';
import type { Database } from '../ledger/database.js';
import { repeatEvery } from '../ledger/repeat-every.js';

export interface CatalogueSource {
  /** The version in force, at most a second behind the ledger. */
  current(): Catalogue;
  close(): void;
}

export interface CatalogueSourceOptions {
  readonly db: Database;
  /** The first version of a ledger that has none yet; later ones come by `dropless catalogue apply`. */
  readonly initial: unknown;
  readonly onError: (error: unknown) => void;
}

const REFRESH_INTERVAL_MS = 1_000;

/**
 * Follows the ledger's newest catalogue.
 * @throws {DroplessError} `CATALOGUE_INVALID` when the ledger has none and `initial` is missing or has a fault
 */
export async function openCatalogueSource({ db, initial, onError }: CatalogueSourceOptions): Promise<CatalogueSource> {
  if (initial !== undefined) parseCatalogue(initial, 0);
  const stored = (await findCatalogue(db)) ?? (await adopt(db, initial));
  let catalogue = parseCatalogue(stored.catalogue, stored.version);
  const close = repeatEvery(REFRESH_INTERVAL_MS, refresh);

  async function refresh(): Promise<void> {
    try {
      const newest = await findCatalogue(db);
      if (newest !== undefined && newest.version !== catalogue.version) {
        catalogue = parseCatalogue(newest.catalogue, newest.version);
      }
    } catch (error) {
      onError(error); // The version in force stays in force.
    }
  }
  return { current: () => catalogue, close };
}

async function adopt(db: Database, initial: unknown) {
  if (initial === undefined) throw new DroplessError('CATALOGUE_INVALID', { field: 'the ledger has none; set DROPLESS_CATALOGUE_FILE' });
  return { version: await applyCatalogue(db, initial, 'server start', 'the first catalogue of this ledger'), catalogue: initial };
}

/**
 * Stores a catalogue as the next version; running processes follow within a second.
 * @throws {DroplessError} `CATALOGUE_INVALID`
 */
export async function applyCatalogue(db: Database, content: unknown, who: string, why: string): Promise<number> {
  parseCatalogue(content, 0);
  return insertCatalogue(db, content, who, why);
}
