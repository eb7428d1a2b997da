import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { quarantineEvidence, type QuarantinedEvidence } from '../../../src/ledger/quarantine.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const KEPT_PER_CODE_MAX = 1_000;

function keep(jwe: string, changes: Partial<QuarantinedEvidence> = {}): Promise<void> {
  const evidence = { code: 'APPLICATION_UNKNOWN' as const, purchaseOrderId: jwe, applicationId: '1', keyId: 'test', jwe };
  const judged = { environment: 'production' as const, verifiedAt: new Date() };
  return quarantineEvidence(database.db, { ...evidence, ...judged, ...changes });
}

async function listKept(code: string): Promise<string[]> {
  const { rows } = await database.db.query<{ jwe: string }>('select jwe from quarantine where code = $1 order by quarantine_id', [code]);
  return rows.map((row) => row.jwe);
}

/** As many rows of one code as are kept, the first the oldest. */
async function fill(code: string): Promise<void> {
  await database.db.query(
    `insert into quarantine (code, purchase_order_id, application_id, key_id, jwe, received_at)
     select $1, 'old-' || place, '1', 'test', 'old-' || place, now() - interval '1 day' + place * interval '1 second'
     from generate_series(1, $2::int) as place`,
    [code, KEPT_PER_CODE_MAX],
  );
}

test('the same order again replaces its row, and an order that cannot be read has a row each time', async () => {
  for (const jwe of ['first', 'second']) await keep(jwe, { code: 'ENVIRONMENT_UNKNOWN', purchaseOrderId: 'same' });
  expect(await listKept('ENVIRONMENT_UNKNOWN')).toEqual(['second']);
  for (const jwe of ['first', 'second'])
    await keep(jwe, { code: 'PAYLOAD_UNREADABLE', purchaseOrderId: undefined, applicationId: undefined });
  expect(await listKept('PAYLOAD_UNREADABLE')).toEqual(['first', 'second']);
});

test('past its bound the oldest of a code make room, and those of other codes stay', async () => {
  await keep('of another code', { code: 'APPLICATION_NOT_ALLOWED' });
  await fill('APPLICATION_UNKNOWN');
  for (const jwe of ['new-1', 'new-2']) await keep(jwe);
  const kept = await listKept('APPLICATION_UNKNOWN');
  expect(kept).toHaveLength(KEPT_PER_CODE_MAX);
  expect(kept.slice(-2)).toEqual(['new-1', 'new-2']);
  expect(kept).not.toContain('old-2');
  expect(await listKept('APPLICATION_NOT_ALLOWED')).toEqual(['of another code']);
});

test('the oldest order presented again is kept when its code is full', async () => {
  await fill('WRONG_DOCUMENT');
  await keep('again', { code: 'WRONG_DOCUMENT', purchaseOrderId: 'old-1' });
  const kept = await listKept('WRONG_DOCUMENT');
  expect(kept).toContain('again');
  expect(kept.length).toBeLessThanOrEqual(KEPT_PER_CODE_MAX);
});
