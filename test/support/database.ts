import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../../src/ledger/database.js';

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** Ends the connections and drops the database. */
  close(): Promise<void>;
}

/** A migrated database of the test's own, cloned from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template } = inject('servers');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `create database ${name} template ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const db = openDatabase({ url: url.href, poolSizeMax: 20, onIdleError: () => undefined });
  return {
    url: url.href,
    db,
    async close() {
      await db.close();
      await administer(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
