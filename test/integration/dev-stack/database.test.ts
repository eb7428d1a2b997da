import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../support/database.js';

test('each test has a migrated database of its own, which is gone afterwards', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(one.url).not.toBe(other.url);
  const { rows } = await one.db.query(`select to_regclass('purchases') is not null as migrated`);
  expect(rows).toEqual([{ migrated: true }]);
  await Promise.all([one.close(), other.close()]);
  expect(await databaseNames()).not.toEqual(expect.arrayContaining([new URL(one.url).pathname.slice(1)]));
});

async function databaseNames(): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: inject('servers').adminUrl });
  await client.connect();
  try {
    return (await client.query<{ datname: string }>('select datname from pg_database')).rows.map((row) => row.datname);
  } finally {
    await client.end();
  }
}
