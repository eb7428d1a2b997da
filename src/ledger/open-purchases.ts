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
  /** Nothing excuses it from progress: a run that is there has missed its wake-up call. */
  readonly overdue: boolean;
}

interface OpenRow extends pg.QueryResultRow {
  purchase_order_id: PurchaseOrderId;
  overdue: boolean;
}

/**
 * Orders that should have a running workflow: received or granted, paid, and not given up on. First those that nothing
 * excuses from progress, then those that wait for a person or the client; among equals the longest unchecked first.
 */
export async function takeOpenPurchases(db: Queryable, query: OpenPurchasesQuery): Promise<OpenPurchase[]> {
  const { rows } = await db.query<OpenRow>(
    `with due as (
       select purchase_order_id,
         park_reason is null and (state = 'received' or acknowledged_at is not null or store_finished) as overdue
       from purchases
       where state in ('received', 'granted') and finish_unknown_at is null and (purchased_at is not null or 'purchaseTime' = any(unexpected))
         and received_at < now() - $1 * interval '1 millisecond'
       order by overdue desc, run_checked_at nulls first
       limit $2 for update skip locked
     )
     update purchases p set run_checked_at = now() from due where p.purchase_order_id = due.purchase_order_id
     returning p.purchase_order_id, due.overdue`,
    [query.olderThanMs, query.limit],
  );
  return rows.map((row) => ({ purchaseOrderId: row.purchase_order_id, overdue: row.overdue }));
}

/** Every open order in the order of its id, page by page: for `recover`, which rebuilds all runs. */
export async function listOpenPurchases(db: Queryable, query: OpenPurchasesQuery): Promise<PurchaseOrderId[]> {
  const { rows } = await db.query<{ purchase_order_id: PurchaseOrderId }>(
    `select purchase_order_id from purchases
     where state in ('received', 'granted') and finish_unknown_at is null and (purchased_at is not null or 'purchaseTime' = any(unexpected))
       and received_at < now() - $1 * interval '1 millisecond' and purchase_order_id > $3
     order by purchase_order_id limit $2`,
    [query.olderThanMs, query.limit, query.after ?? ''],
  );
  return rows.map((row) => row.purchase_order_id);
}
