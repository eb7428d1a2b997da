import type pg from 'pg';
import type { Queryable } from './database.js';
import type { PurchaseOrderId } from '../domain/ids.js';

export interface OpenPurchasesQuery {
  /** Younger ones are still in the hands of the request that brought them. */
  readonly olderThanMs: number;
  readonly limit: number;
  /** A whole pass over the ledger goes on behind the last order of the page before. */
  readonly after?: PurchaseOrderId;
}

export interface OpenPurchase {
  readonly purchaseOrderId: PurchaseOrderId;
  /**
   * - `overdue`: nothing excuses it from progress; a run that is there has missed its wake-up call.
   * - `waiting`: for a person, for the catalogue, or for the client's finish.
   * - `closed`: refused or revoked, and its run may not have heard of it.
   */
  readonly standing: 'overdue' | 'waiting' | 'closed';
  /** False: its run was woken so lately that another signal would only lengthen the history. */
  readonly mayWake: boolean;
  /** It has been woken in vain for a while. */
  readonly isLate: boolean;
}

interface OpenRow extends pg.QueryResultRow {
  purchase_order_id: PurchaseOrderId;
  standing: OpenPurchase['standing'];
  may_wake: boolean;
  is_late: boolean;
}

/** Received or granted, paid, and not given up on; $1 is the age in milliseconds. */
const OPEN = `state in ('received', 'granted') and finish_unknown_at is null
  and (purchased_at is not null or 'purchaseTime' = any(unexpected)) and received_at < now() - $1 * interval '1 millisecond'`;
const UNTOLD = `state in ('refused', 'revoked') and run_woken_at is null`;

const STANDING = `case when state in ('refused', 'revoked') then 'closed'
  when park_reason is null and (state = 'received' or acknowledged_at is not null or store_finished) then 'overdue'
  else 'waiting' end as standing`;

const PROGRESSED_AT = 'greatest(received_at, parked_at, granted_at, acknowledged_at)';
/**
 * Each time after twice as long, and hourly in the end: a run that can't be helped by signals gets a few thousand in the
 * half year that it may last, of the 10,000 that Temporal takes.
 */
const MAY_WAKE = `coalesce(now() - run_woken_at >= least(run_woken_at - ${PROGRESSED_AT}, interval '1 hour'), true) as may_wake`;
/** What came a moment ago is still in the hands of whoever brought it, and a signal would only lengthen the history. */
const IS_SETTLED = `${PROGRESSED_AT} < now() - interval '5 seconds' as may_wake`;
const IS_LATE = `coalesce(run_woken_at - ${PROGRESSED_AT} > interval '15 minutes', false) as is_late`;

/**
 * Orders that should have a running workflow, and those whose run should have ended. First those that nothing excuses
 * from progress, then those that wait for a person or the client; among equals the longest unchecked first.
 */
export async function takeOpenPurchases(db: Queryable, query: OpenPurchasesQuery): Promise<OpenPurchase[]> {
  const { rows } = await db.query<OpenRow>(
    `with open as (
       select purchase_order_id, ${STANDING}, ${MAY_WAKE}, ${IS_LATE} from purchases where ${OPEN}
       order by standing, run_checked_at nulls first
       limit $2 for update skip locked
     ), untold as (
       select purchase_order_id, ${STANDING}, true as may_wake, false as is_late from purchases where ${UNTOLD}
       order by run_checked_at nulls first
       limit $2 for update skip locked
     ), due as (
       select * from open union all select * from untold
     )
     update purchases p set run_checked_at = now() from due where p.purchase_order_id = due.purchase_order_id
     returning due.*`,
    [query.olderThanMs, query.limit],
  );
  return rows.map(toOpenPurchase);
}

/** The same orders in the order of their ids, page by page: for `recover`, which rebuilds all runs and wakes what it can. */
export async function listOpenPurchases(db: Queryable, query: OpenPurchasesQuery): Promise<OpenPurchase[]> {
  const { rows } = await db.query<OpenRow>(
    `select purchase_order_id, ${STANDING}, ${IS_SETTLED}, false as is_late from purchases
     where (${OPEN} or ${UNTOLD}) and purchase_order_id > $3
     order by purchase_order_id limit $2`,
    [query.olderThanMs, query.limit, query.after ?? ''],
  );
  return rows.map(toOpenPurchase);
}

/** The run has taken the signal, or there is none any more that could. */
export async function markRunWoken(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<void> {
  await db.query('update purchases set run_woken_at = now() where purchase_order_id = $1', [purchaseOrderId]);
}

function toOpenPurchase(row: OpenRow): OpenPurchase {
  return { purchaseOrderId: row.purchase_order_id, standing: row.standing, mayWake: row.may_wake, isLate: row.is_late };
}
