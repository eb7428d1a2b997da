import type pg from 'pg';
import type { Queryable } from './database.js';
import type { Operator } from './operator-acts.js';
import { toAccountKey, type Account, type AccountKey, type Environment, type PurchaseOrderId } from '../domain/ids.js';

interface KeyRow extends pg.QueryResultRow {
  account_key: string;
}
interface TaggedRow extends KeyRow {
  owner_tag: string | null;
}

/** The account's internal number; the account is created by its first mention. `ownerTag` is set once and then kept. */
export async function ensureAccount(db: Queryable, account: Account, ownerTag?: string): Promise<AccountKey> {
  return (await upsertAccount(db, account, ownerTag)).accountKey;
}

/** Gives the account a tag, unless it has one: the one that stands is kept when the key behind tags changes. */
export async function ensureOwnerTag(db: Queryable, account: Account, tag: string): Promise<{ accountKey: AccountKey; ownerTag: string }> {
  const { accountKey, ownerTag } = await upsertAccount(db, account, tag);
  return { accountKey, ownerTag: ownerTag ?? tag };
}

async function upsertAccount(db: Queryable, account: Account, ownerTag?: string) {
  const { environment, realm, accountId } = account;
  // Updating a row to itself makes the statement answer with the key in one round trip, whoever wins a race.
  const { rows } = await db.query<TaggedRow>(
    `insert into accounts (environment, realm, account_id) values ($1, $2, $3)
     on conflict on constraint accounts_one_name do update set account_id = excluded.account_id
     returning account_key, owner_tag`,
    [environment, realm, accountId],
  );
  const row = getRow(rows);
  const tagged = ownerTag !== undefined && row.owner_tag === null ? await setOwnerTag(db, row.account_key, ownerTag) : row;
  return { accountKey: toAccountKey(tagged.account_key), ownerTag: tagged.owner_tag };
}

/** After the insert, not in it: two first mentions at once would clash over the tag, which no conflict clause forgives. */
async function setOwnerTag(db: Queryable, accountKey: string, ownerTag: string): Promise<TaggedRow> {
  const { rows } = await db.query<TaggedRow>(
    'update accounts set owner_tag = coalesce(owner_tag, $2) where account_key = $1 returning account_key, owner_tag',
    [accountKey, ownerTag],
  );
  return getRow(rows);
}

function getRow([row]: readonly TaggedRow[]): TaggedRow {
  if (row === undefined) throw new TypeError('an upsert returned no row');
  return row;
}

export async function findAccountKey(db: Queryable, account: Account): Promise<AccountKey | undefined> {
  const { rows } = await db.query<KeyRow>('select account_key from accounts where environment = $1 and realm = $2 and account_id = $3', [
    account.environment,
    account.realm,
    account.accountId,
  ]);
  return rows[0] && toAccountKey(rows[0].account_key);
}

/** The account that an intent's tag names, where it has the tag: in one environment and realm (L7). */
export async function findAccountKeyByTag(
  db: Queryable,
  environment: Environment,
  realm: string,
  ownerTag: string,
): Promise<AccountKey | undefined> {
  const { rows } = await db.query<KeyRow>('select account_key from accounts where environment = $1 and realm = $2 and owner_tag = $3', [
    environment,
    realm,
    ownerTag,
  ]);
  return rows[0] && toAccountKey(rows[0].account_key);
}

/**
 * Takes the account's name out of the ledger, and the tag that was made from it; what it owned stays, under a number
 * that names nobody (L9). The same player come back is a new account. Recorded in the same statement, by that number.
 * Undefined: there is no such account.
 */
export async function forgetAccount(
  db: Queryable,
  { environment, realm, accountId }: Account,
  { who, why }: Operator,
): Promise<AccountKey | undefined> {
  const { rows } = await db.query<KeyRow>(
    `with account as (
       update accounts set account_id = null, owner_tag = null where (environment, realm, account_id) = ($1, $2, $3)
       returning account_key
     )
     insert into operator_acts (account_key, kind, who, why) select account_key, 'forget', $4, $5 from account
     returning account_key`,
    [environment, realm, accountId, who, why],
  );
  return rows[0] && toAccountKey(rows[0].account_key);
}

/** Remembers that an account presented an order that is not its own. */
export async function insertPresentation(db: Queryable, purchaseOrderId: PurchaseOrderId, accountKey: AccountKey): Promise<void> {
  await db.query('insert into presentations (purchase_order_id, account_key) values ($1, $2) on conflict do nothing', [
    purchaseOrderId,
    accountKey,
  ]);
}

export async function hasPresented(db: Queryable, purchaseOrderId: PurchaseOrderId, account: Account): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from presentations join accounts using (account_key)
     where purchase_order_id = $1 and environment = $2 and realm = $3 and account_id = $4`,
    [purchaseOrderId, account.environment, account.realm, account.accountId],
  );
  return rowCount === 1;
}
