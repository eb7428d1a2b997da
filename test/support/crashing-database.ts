import type pg from 'pg';
import { DroplessError } from '../../src/domain/errors.js';
import type { Database, Transaction } from '../../src/ledger/database.js';

/** How a process dies at a statement: before its commit, by its connection, or after the commit but before the answer. */
export const CRASHES = ['before-commit', 'connection-lost', 'after-commit'] as const;

export interface Crash {
  readonly how: (typeof CRASHES)[number];
  /** Statements or transactions that still go through before it. */
  readonly after: number;
}

export interface CrashingDatabase extends Database {
  /** The process dies at one of its next statements; from then on none goes through, until it is revived. */
  arm(crash: Crash): void;
  revive(): void;
}

/** The ledger as a process sees it that is killed in the middle of its work. What it wrote or not is PostgreSQL's own doing. */
export function createCrashingDatabase(db: Database): CrashingDatabase {
  let armed: Crash | undefined;
  let left = 0;
  let dead = false;

  /** The crash that this statement meets, if any. */
  function next(): Crash['how'] | undefined {
    if (dead) throw new DroplessError('LEDGER_UNAVAILABLE');
    if (armed === undefined) return undefined;
    left -= 1;
    if (left >= 0) return undefined;
    dead = true;
    return armed.how;
  }

  async function run<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const crash = next();
    const result = await db.transaction(async (tx) => {
      const done = await work(tx);
      if (crash === 'before-commit') throw new DroplessError('LEDGER_UNAVAILABLE');
      if (crash === 'connection-lost') await tx.query('select pg_terminate_backend(pg_backend_pid())');
      return done;
    });
    if (crash !== undefined) throw new DroplessError('LEDGER_UNAVAILABLE');
    return result;
  }

  return {
    query: <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => run((tx) => tx.query<Row>(text, values)),
    transaction: run,
    close: () => db.close(),
    arm(crash) {
      armed = crash;
      left = crash.after;
    },
    revive() {
      armed = undefined;
      dead = false;
    },
  };
}
