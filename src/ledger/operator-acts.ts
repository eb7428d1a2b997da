import type pg from 'pg';
import type { Queryable, Transaction } from './database.js';
import { lockPurchase } from './purchases.js';
import { insertOutgoingEvent, insertPurchaseEvent } from './timeline.js';
import { DroplessError } from '../domain/errors.js';
import type { AccountKey, PurchaseOrderId } from '../domain/ids.js';
import type { Purchase } from '../domain/purchase.js';

/** Who did it and why; recorded with every act. */
export interface Operator {
  readonly who: string;
  readonly why: string;
}

/** The park that they looked at when they decided: the act counts for no other. Undefined: whichever the order has. */
export interface Decision extends Operator {
  readonly park?: number | undefined;
}

export interface OperatorAct extends Operator {
  readonly kind: string;
  readonly occurredAt: Date;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Clears the park that the operator names, so that the workflow judges the purchase anew. False: it moved on. */
export async function retryPurchase(tx: Transaction, purchaseOrderId: PurchaseOrderId, park: number, operator: Operator): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update purchases set park_reason = null, parked_at = null
     where purchase_order_id = $1 and state = 'received' and park_reason is not null and park_number = $2`,
    [purchaseOrderId, park],
  );
  if (rowCount !== 1) return false;
  await insertAct(tx, purchaseOrderId, 'retry', operator, { park });
  await insertPurchaseEvent(tx, purchaseOrderId, 'retried', { park });
  return true;
}

/** Closes a parked purchase by an operator's word: without goods, or as delivered by another system. False: it moved on. */
export async function resolvePurchase(
  tx: Transaction,
  purchaseOrderId: PurchaseOrderId,
  park: number,
  as: 'refused' | 'granted-elsewhere',
  operator: Operator,
): Promise<boolean> {
  const state = as === 'refused' ? 'refused' : 'granted';
  const { rowCount } = await tx.query(
    `update purchases set state = $3, park_reason = null, parked_at = null,
       granted_at = case when $3 = 'granted' then now() end, grant_kind = case when $3 = 'granted' then 'elsewhere' end
     where purchase_order_id = $1 and state = 'received' and park_reason is not null and park_number = $2`,
    [purchaseOrderId, park, state],
  );
  if (rowCount !== 1) return false;
  await insertAct(tx, purchaseOrderId, 'resolve', operator, { park, as });
  await insertPurchaseEvent(tx, purchaseOrderId, state, { park, by: 'operator' });
  await insertOutgoingEvent(tx, purchaseOrderId, `purchase.${state}`);
  return true;
}

/**
 * Lets a parked purchase be granted in spite of `reasons`, to its owner or to the account named; reopens one that an
 * operator refused. A revoked purchase is never reopened (L3).
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `PURCHASE_REVOKED`, `NOT_PARKED`, `PARK_NUMBER_STALE`, `ALREADY_OWNED`
 */
export async function releasePurchase(
  tx: Transaction,
  purchaseOrderId: PurchaseOrderId,
  reasons: readonly string[],
  accountKey: AccountKey | undefined,
  decision: Decision,
): Promise<void> {
  const purchase = await lockPurchase(tx, purchaseOrderId);
  if (purchase === undefined) throw new DroplessError('PURCHASE_NOT_FOUND');
  requireReleasable(purchase);
  refuseOtherPark(purchase, decision);
  const { accountKey: owner } = purchase;
  if (owner !== undefined && accountKey !== undefined && owner !== accountKey) throw new DroplessError('ALREADY_OWNED');
  await tx.query(
    `update purchases set state = 'received', park_reason = null, parked_at = null, released = released || $2::text[],
       account_key = coalesce(account_key, $3), run_woken_at = null
     where purchase_order_id = $1 and state in ('received', 'refused') and revoked_at is null`,
    [purchaseOrderId, reasons, accountKey ?? null],
  );
  await insertAct(tx, purchaseOrderId, 'release', decision, { reasons, accountKey: accountKey?.toString() });
  await insertPurchaseEvent(tx, purchaseOrderId, 'released', { reasons });
  await insertOutgoingEvent(tx, purchaseOrderId, 'purchase.released');
}

/** @throws {DroplessError} `PURCHASE_REVOKED`, `NOT_PARKED`: a release has nothing to release it from */
export function requireReleasable({ revokedAt, park, state }: Purchase): void {
  if (revokedAt !== undefined) throw new DroplessError('PURCHASE_REVOKED');
  if (park === undefined && state !== 'refused') throw new DroplessError('NOT_PARKED');
}

/**
 * Gives an unowned purchase its account (L5), while it can still be granted.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`, `PURCHASE_REVOKED`, `ALREADY_OWNED`, `NOT_PARKED`, `PARK_NUMBER_STALE`
 */
export async function attachPurchase(
  tx: Transaction,
  purchaseOrderId: PurchaseOrderId,
  accountKey: AccountKey,
  decision: Decision,
): Promise<void> {
  const purchase = await lockPurchase(tx, purchaseOrderId);
  if (purchase === undefined) throw new DroplessError('PURCHASE_NOT_FOUND');
  if (purchase.revokedAt !== undefined) throw new DroplessError('PURCHASE_REVOKED');
  if (purchase.accountKey !== undefined) throw new DroplessError('ALREADY_OWNED');
  if (purchase.state !== 'received') throw new DroplessError('NOT_PARKED');
  refuseOtherPark(purchase, decision);
  await tx.query(
    `update purchases set account_key = $2, park_reason = null, parked_at = null, run_woken_at = null
     where purchase_order_id = $1 and state = 'received' and account_key is null`,
    [purchaseOrderId, accountKey],
  );
  await insertAct(tx, purchaseOrderId, 'attach', decision, { accountKey: accountKey.toString() });
  await insertPurchaseEvent(tx, purchaseOrderId, 'owner-found', { by: 'operator' });
}

function refuseOtherPark(purchase: Purchase, { park }: Decision): void {
  if (park !== undefined && purchase.park?.number !== park) throw new DroplessError('PARK_NUMBER_STALE');
}

async function insertAct(
  tx: Transaction,
  purchaseOrderId: PurchaseOrderId,
  kind: string,
  { who, why }: Operator,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.query('insert into operator_acts (purchase_order_id, kind, who, why, details) values ($1, $2, $3, $4, $5)', [
    purchaseOrderId,
    kind,
    who,
    why,
    JSON.stringify(details),
  ]);
}

interface ActRow extends pg.QueryResultRow {
  kind: string;
  who: string;
  why: string;
  details: Record<string, unknown>;
  occurred_at: Date;
}

export async function listOperatorActs(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<OperatorAct[]> {
  const { rows } = await db.query<ActRow>(
    'select kind, who, why, details, occurred_at from operator_acts where purchase_order_id = $1 order by act_id',
    [purchaseOrderId],
  );
  return rows.map(({ occurred_at: occurredAt, ...act }) => ({ ...act, occurredAt }));
}
