import { createHash } from 'node:crypto';
import type pg from 'pg';
import { findAccountKey } from './accounts.js';
import type { Database, Queryable, Transaction } from './database.js';
import { DroplessError } from '../domain/errors.js';
import type { Account, AccountKey } from '../domain/ids.js';

export interface Balance {
  readonly currency: string;
  /** Minor units; below zero only where debt is allowed. */
  readonly amount: bigint;
}

export async function listBalances(db: Queryable, account: Account): Promise<Balance[]> {
  const { rows } = await db.query<{ currency: string; balance: string }>(
    `select b.currency, b.balance from balances b join accounts a using (environment, realm, account_key)
     where a.environment = $1 and a.realm = $2 and a.account_id = $3 order by b.currency`,
    [account.environment, account.realm, account.accountId],
  );
  return rows.map(({ currency, balance }) => ({ currency, amount: BigInt(balance) }));
}

export interface Spend {
  readonly account: Account;
  readonly currency: string;
  readonly amount: bigint;
  /** Unique per account: the same key with the same request answers as the first time. */
  readonly idempotencyKey: string;
}

/**
 * Takes an amount out of a balance, once per idempotency key, never below zero.
 * @throws {DroplessError} `BALANCE_TOO_LOW` (nothing is stored: the same key may be used again after a purchase),
 *   `IDEMPOTENCY_KEY_REUSED` (the key stands for another request)
 */
export async function spendBalance(db: Database, spend: Spend): Promise<Balance> {
  if (spend.amount <= 0n) throw new TypeError('a spend takes more than nothing');
  return db.transaction(async (tx) => {
    const { environment, realm } = spend.account;
    const accountKey = await findAccountKey(tx, spend.account);
    if (accountKey === undefined) throw new DroplessError('BALANCE_TOO_LOW');
    const key = [environment, realm, accountKey, spend.idempotencyKey];
    const hash = createHash('sha256').update(`${spend.currency}\n${spend.amount}`).digest();
    // The key is claimed before anything is taken: a second caller waits here until the first has committed or failed.
    const claim = await tx.query(
      `insert into spends (environment, realm, account_key, idempotency_key, request_hash, balance_after)
       values ($1, $2, $3, $4, $5, 0) on conflict on constraint spends_one_per_key do nothing`,
      [...key, hash],
    );
    if (claim.rowCount === 0) return storedSpend(tx, spend, key, hash);
    const amount = await debit(tx, spend, accountKey);
    await tx.query(
      `update spends set balance_after = $5
       where (environment, realm, account_key, idempotency_key) = ($1, $2, $3, $4)`,
      [...key, amount],
    );
    return { currency: spend.currency, amount };
  });
}

interface SpendRow extends pg.QueryResultRow {
  request_hash: Buffer;
  balance_after: string;
}

async function storedSpend(tx: Transaction, { currency }: Spend, key: unknown[], hash: Buffer): Promise<Balance> {
  const { rows } = await tx.query<SpendRow>(
    `select request_hash, balance_after from spends
     where (environment, realm, account_key, idempotency_key) = ($1, $2, $3, $4)`,
    key,
  );
  const [stored] = rows;
  if (stored === undefined || !stored.request_hash.equals(hash)) throw new DroplessError('IDEMPOTENCY_KEY_REUSED');
  return { currency, amount: BigInt(stored.balance_after) };
}

async function debit(tx: Transaction, spend: Spend, accountKey: AccountKey): Promise<bigint> {
  const { account, currency, amount, idempotencyKey } = spend;
  const { rows } = await tx.query<{ balance: string }>(
    `with balance as (
       update balances set balance = balance - $5
       where (environment, realm, account_key, currency) = ($1, $2, $3, $4) and balance >= $5 returning *
     ), transfer as (
       insert into transfers (reference, kind, environment, realm)
       select 'spend:' || account_key || ':' || $6, 'spend', environment, realm from balance returning transfer_id
     ), entry as (
       insert into entries (transfer_id, environment, realm, account_key, currency, amount)
       select transfer_id, environment, realm, account_key, currency, -$5::bigint from transfer, balance
       union all
       select transfer_id, environment, realm, null, currency, $5::bigint from transfer, balance
     )
     select balance from balance`,
    [account.environment, account.realm, accountKey, currency, amount, idempotencyKey],
  );
  const [row] = rows;
  if (row === undefined) throw new DroplessError('BALANCE_TOO_LOW');
  return BigInt(row.balance);
}
