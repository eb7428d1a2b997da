import type { OpenFulfilment, Shell } from './operator-deps.js';
import { pollFor } from './poll-for.js';
import { DroplessError } from '../domain/errors.js';
import type { Database } from '../ledger/database.js';
import { checkSchema } from '../ledger/migrate.js';

const ENGINE_DEADLINE_MS = 5_000;

/** @throws {DroplessError} `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW`, `LEDGER_UNAVAILABLE` */
export async function withLedger<Result>({ openDatabase }: Shell, work: (db: Database) => Promise<Result>): Promise<Result> {
  const db = openDatabase();
  try {
    await checkSchema(db);
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Works with everything; `engineUp` says whether Temporal answered in time. */
export async function withFulfilment<Result>(
  { openFulfilment }: Shell,
  work: (opened: OpenFulfilment, engineUp: boolean) => Promise<Result>,
): Promise<Result> {
  const opened = await openFulfilment();
  try {
    const engineUp = await pollFor(() => opened.engineUp() || undefined, ENGINE_DEADLINE_MS);
    return await work(opened, engineUp ?? false);
  } finally {
    await opened.close();
  }
}

/** @throws {DroplessError} `ENGINE_UNAVAILABLE` */
export function requireEngine(engineUp: boolean): void {
  if (!engineUp) throw new DroplessError('ENGINE_UNAVAILABLE');
}
