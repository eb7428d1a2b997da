import type pg from 'pg';
import type { Database, Queryable } from './database.js';

/** A certificate of a path that was found good. */
export interface PathCertificate {
  readonly fingerprint: string;
  readonly subject: string;
  readonly der: Buffer;
  /** Where it says that its issuer's list is found. */
  readonly sources: readonly string[];
}

/** Remembers a path, the leaf first and the root last: whose keys sign lists, and where those are found. */
export async function rememberPath(db: Database, path: readonly PathCertificate[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [index, { fingerprint, subject, der, sources }] of [...path.entries()].toReversed()) {
      const issuer = path[index + 1]?.fingerprint ?? null;
      await tx.query(`insert into store_certificates (fingerprint, subject, der, issuer) values ($1, $2, $3, $4) on conflict do nothing`, [
        fingerprint,
        subject,
        der,
        issuer,
      ]);
      await tx.query(
        `insert into revocation_sources (issuer, url)
         select $1, url from unnest($2::text[]) as url where $1::text is not null on conflict do nothing`,
        [issuer, sources],
      );
    }
  });
}

/** A place to fetch an issuer's list from. */
export interface RevocationSource {
  readonly issuer: string;
  readonly subject: string;
  readonly issuerDer: Buffer;
  readonly url: string;
}

interface SourceRow extends pg.QueryResultRow {
  issuer: string;
  subject: string;
  der: Buffer;
  url: string;
}

export interface DueQuery {
  /** All of them, whether or not it is time. */
  readonly all: boolean;
  readonly limit: number;
  /** After this they are due again, unless a fetch has said otherwise. */
  readonly retryAfterMs: number;
}

/** Takes the sources that are due, so that of several processes one fetches each. */
export async function takeDueSources(db: Queryable, { all, limit, retryAfterMs }: DueQuery): Promise<RevocationSource[]> {
  const { rows } = await db.query<SourceRow>(
    `with due as (
       select issuer, url from revocation_sources where $1 or due_at <= now()
       order by due_at limit $2 for update skip locked
     )
     update revocation_sources s set due_at = now() + $3 * interval '1 millisecond'
     from due join store_certificates c on c.fingerprint = due.issuer
     where s.issuer = due.issuer and s.url = due.url
     returning s.issuer, s.url, c.subject, c.der`,
    [all, limit, retryAfterMs],
  );
  return rows.map(({ issuer, subject, der, url }) => ({ issuer, subject, issuerDer: der, url }));
}

export async function markFetched(db: Queryable, { issuer, url }: RevocationSource, nextAfterMs: number): Promise<void> {
  await db.query(
    `update revocation_sources set fetched_at = now(), fault = null, due_at = now() + $3 * interval '1 millisecond'
     where issuer = $1 and url = $2`,
    [issuer, url, nextAfterMs],
  );
}

export async function markFailed(db: Queryable, { issuer, url }: RevocationSource, fault: string): Promise<void> {
  await db.query('update revocation_sources set fault = $3 where issuer = $1 and url = $2', [issuer, url, fault]);
}

export interface StoredList {
  readonly fingerprint: string;
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly der: Buffer;
}

/**
 * Keeps a verified list. `older`: a newer one of this issuer stands there, and an old one that is sent again, however
 * genuine, must not take back what it says.
 */
export async function storeRevocationList(db: Queryable, issuer: string, list: StoredList): Promise<'new' | 'known' | 'older'> {
  const { fingerprint, number, thisUpdate, nextUpdate, der } = list;
  const { rows } = await db.query<{ is_new: boolean; is_known: boolean }>(
    `with stored as (
       insert into revocation_lists (fingerprint, issuer, number, this_update, next_update, der)
       select $1, $2, $3, $4, $5, $6
       where not exists (select from revocation_lists where issuer = $2 and this_update > $4)
       on conflict do nothing returning fingerprint
     )
     select exists (select from stored) as is_new,
       coalesce($1 = (select fingerprint from revocation_lists where issuer = $2 order by this_update desc, stored_at desc limit 1), false)
         as is_known`,
    [fingerprint, issuer, number, thisUpdate, nextUpdate, der],
  );
  if (rows[0]?.is_new) return 'new';
  return rows[0]?.is_known ? 'known' : 'older';
}

const NEWEST = 'select distinct on (issuer) fingerprint, der from revocation_lists order by issuer, this_update desc, stored_at desc';

interface ListRow extends pg.QueryResultRow {
  fingerprint: string;
  /** Null where the asker has it. */
  der: Buffer | null;
}

/** Each issuer's newest list, without the bytes of those that are known already. */
export async function listNewestLists(
  db: Queryable,
  known: readonly string[],
): Promise<{ fingerprint: string; der: Buffer | undefined }[]> {
  const { rows } = await db.query<ListRow>(
    `select fingerprint, case when fingerprint = any($1) then null else der end as der from (${NEWEST}) as newest`,
    [known],
  );
  return rows.map(({ fingerprint, der }) => ({ fingerprint, der: der ?? undefined }));
}

export async function findLists(db: Queryable, fingerprints: readonly string[]): Promise<Buffer[]> {
  if (fingerprints.length === 0) return [];
  const { rows } = await db.query<{ der: Buffer }>('select der from revocation_lists where fingerprint = any($1)', [fingerprints]);
  return rows.map(({ der }) => der);
}

/** The remembered certificates of an issuer, to be held against its new list. */
export async function listIssuedCertificates(db: Queryable, issuer: string): Promise<{ subject: string; der: Buffer }[]> {
  const { rows } = await db.query<{ subject: string; der: Buffer }>('select subject, der from store_certificates where issuer = $1', [
    issuer,
  ]);
  return rows;
}

/** How old what is known of an issuer's revocations is, and how long its list still holds. */
export interface RevocationAge {
  readonly subject: string;
  /** Since its list was last fetched and found good; before the first time, since it was first wanted. */
  readonly ageSeconds: number;
  /** Negative once it is stale; undefined while there is none. */
  readonly validSeconds: number | undefined;
}

export async function listRevocationAges(db: Queryable): Promise<RevocationAge[]> {
  const { rows } = await db.query<{ subject: string; age: number; valid: number | null }>(
    `select c.subject, extract(epoch from now() - max(coalesce(s.fetched_at, s.seen_at)))::float8 as age,
       extract(epoch from (select max(next_update) from revocation_lists l where l.issuer = c.fingerprint) - now())::float8 as valid
     from revocation_sources s join store_certificates c on c.fingerprint = s.issuer group by c.fingerprint, c.subject`,
  );
  return rows.map(({ subject, age, valid }) => ({ subject, ageSeconds: age, validSeconds: valid ?? undefined }));
}
