import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Database } from './database.js';
import { DroplessError } from '../domain/errors.js';

/** The schema that this program's statements are written for: the newest file in `migrations/`. */
export const SCHEMA_VERSION = 6;

/** Brings the schema up to date. Safe to run by several processes at once: an advisory lock lets one through. */
export async function migrate(databaseUrl: string): Promise<void> {
  // A connection of our own: the runner does not wait for the end of the one that it opens.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'dropless-migrate' });
  client.on('error', () => undefined); // The statement under way rejects with it.
  try {
    await client.connect();
    await runner({
      dbClient: client,
      dir: migrationsDir(),
      direction: 'up',
      migrationsTable: 'schema_migrations',
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
  } finally {
    await client.end();
  }
}

/**
 * A server refuses a schema older than its statements, and a newer one only if it says that it broke them.
 * @throws {DroplessError} `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW`, `LEDGER_UNAVAILABLE`
 */
export async function checkSchema(db: Database): Promise<void> {
  const { rows } = await db.query<{ exists: boolean }>(`select to_regclass('schema_versions') is not null as exists`);
  if (rows[0]?.exists !== true) throw new DroplessError('SCHEMA_TOO_OLD');
  const found = await db.query<{ version: number; breaking_since: number }>(
    'select version, breaking_since from schema_versions order by version desc limit 1',
  );
  const schema = found.rows[0];
  if (schema === undefined || schema.version < SCHEMA_VERSION) throw new DroplessError('SCHEMA_TOO_OLD');
  if (schema.version > SCHEMA_VERSION && schema.breaking_since > SCHEMA_VERSION) throw new DroplessError('SCHEMA_TOO_NEW');
}

/** `migrations/` stands beside `src/` in the sources and beside `dist/` once built. */
function migrationsDir(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../migrations' : '../../../migrations';
  return fileURLToPath(new URL(path, import.meta.url));
}
