import pg from 'pg';
import { DroplessError } from '../domain/errors.js';

/** What every ledger function takes first: the database itself, or a transaction in hand. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
}

/** A transaction in hand. Branded, so that a write that needs one cannot be given the pool. */
export interface Transaction extends Queryable {
  readonly isTransaction: true;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  /** Told of connections that break while idle; they are replaced. */
  readonly onIdleError: (error: Error) => void;
}

/** A local statement takes milliseconds; past these the database is as good as down, and the caller is told to come back. */
const STATEMENT_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** For one of the pool's connections to come free. A burst of callers takes seconds to work off, and it is no failing database. */
const POOL_WAIT_TIMEOUT_MS = 15_000;

/** The pool has one time limit for both; connecting to a database that is away must not take as long as waiting for one's turn. */
class LedgerClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  }
}

/** Opens a pool lazily: nothing is connected before the first query. Errors of the connection become `LEDGER_UNAVAILABLE`. */
export function openDatabase({ url, poolSizeMax, onIdleError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSizeMax,
    Client: LedgerClient,
    connectionTimeoutMillis: POOL_WAIT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    application_name: 'dropless',
  });
  pool.on('error', onIdleError);
  return {
    query: (text, values) => translate(pool.query(text, values === undefined ? undefined : [...values])),
    transaction: (work) => translate(inTransaction(pool, work)),
    close: () => pool.end(),
  };
}

async function inTransaction<Result>(pool: pg.Pool, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only, and an error that nobody hears ends the process.
  const markBroken = (error: Error) => {
    broken = error;
  };
  client.on('error', markBroken);
  try {
    await client.query('begin');
    const result = await work({
      isTransaction: true,
      query: (text, values) => client.query(text, values === undefined ? undefined : [...values]),
    });
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away, not returned to the pool.
    await client.query('rollback').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.off('error', markBroken);
    client.release(broken);
  }
}

async function translate<Result>(pending: Promise<Result>): Promise<Result> {
  try {
    return await pending;
  } catch (error) {
    throw isUnavailable(error) ? new DroplessError('LEDGER_UNAVAILABLE', { cause: error }) : error;
  }
}

/**
 * SQLSTATE classes that say "not now" rather than "not so": connection, resources, operator intervention, and
 * 25006 read-only (a standby not yet promoted). PostgreSQL's appendix A.
 */
const UNAVAILABLE_STATES = /^(08|53|57P|57014|25006|40001|40P01)/;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DroplessError) return false;
  if ('code' in error && typeof error.code === 'string') {
    return UNAVAILABLE_STATES.test(error.code) || /^E(?!RR_)[A-Z_]+$/.test(error.code);
  }
  // node-postgres reports broken connections and its own time limits without a code.
  return /connection|timeout|not queryable/i.test(error.message);
}

/** 22003: a number, 22008: an interval or a moment, that its type cannot hold. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '22003' || error.code === '22008');
}
