import type { Queryable } from './database.js';

export interface StoredCatalogue {
  readonly version: number;
  /** As it was applied; parsed by the domain's schema. */
  readonly catalogue: unknown;
}

export async function findCatalogue(db: Queryable): Promise<StoredCatalogue | undefined> {
  const { rows } = await db.query<{ version: number; catalogue: unknown }>(
    'select version, catalogue from catalogue_versions order by version desc limit 1',
  );
  return rows[0];
}

/** Stores a catalogue as the next version; one equal to the version in force is that version. */
export async function insertCatalogue(db: Queryable, catalogue: unknown, who: string, why: string): Promise<number> {
  const { rows } = await db.query<{ version: number }>(
    `with newest as (
       select version, catalogue from catalogue_versions order by version desc limit 1
     ), inserted as (
       insert into catalogue_versions (catalogue, applied_by, why)
       select $1, $2, $3 where not exists (select from newest where catalogue = $1::jsonb) returning version
     )
     select version from inserted union all select version from newest order by version desc limit 1`,
    [JSON.stringify(catalogue), who, why],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('an insert returned no row');
  return row.version;
}
