import { TaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel';
import { openDatabase, type DatabaseOptions } from './database.js';
import { checkSchema } from './migrate.js';
import { DroplessError } from '../domain/errors.js';

export interface Readiness {
  /** @throws {DroplessError} `LEDGER_UNAVAILABLE`, `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW` */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A load balancer waits about as long for the answer. */
const DEADLINE_MS = 2_000;

/**
 * Asks on a connection of its own: callers that keep all of the pool busy are no failing database. Those who ask at the
 * same time share one answer, so that they cost one statement.
 */
export function openReadiness(options: Omit<DatabaseOptions, 'poolSizeMax'>): Readiness {
  const db = openDatabase({ ...options, poolSizeMax: 1 });
  const deadline = timeout(DEADLINE_MS, TimeoutStrategy.Aggressive);
  let asked: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      await deadline.execute(() => checkSchema(db));
    } catch (error) {
      throw error instanceof TaskCancelledError ? new DroplessError('LEDGER_UNAVAILABLE', { cause: error }) : error;
    } finally {
      asked = undefined;
    }
  }

  return { check: () => (asked ??= ask()), close: db.close };
}
