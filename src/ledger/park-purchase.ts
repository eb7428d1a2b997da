import type { Queryable } from './database.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { ParkReason } from '../domain/purchase.js';

export interface Park {
  readonly reason: ParkReason;
  readonly number: number;
}

/**
 * Sets a purchase aside for a person. Parked again for the same reason it keeps its number, so that an operator's act
 * that names the number still counts. Undefined: the purchase has moved on and cannot be parked.
 */
export async function parkPurchase(db: Queryable, purchaseOrderId: PurchaseOrderId, reason: ParkReason): Promise<Park | undefined> {
  const { rows } = await db.query<{ park_number: number }>(
    `with purchase as (
       update purchases set park_reason = $2, park_number = park_number + 1, parked_at = now()
       where purchase_order_id = $1 and state = 'received' and park_reason is distinct from $2 returning *
     ), timeline as (
       insert into purchase_events (purchase_order_id, kind, account_key, details)
       select purchase_order_id, 'parked', account_key, jsonb_build_object('reason', $2::text, 'park', park_number)
       from purchase
     ), event as (
       insert into outgoing_events (environment, realm, kind, purchase_order_id, account_key)
       select environment, realm, 'purchase.parked', purchase_order_id, account_key from purchase
     )
     select park_number from purchase
     union all
     select park_number from purchases where purchase_order_id = $1 and state = 'received' and park_reason = $2`,
    [purchaseOrderId, reason],
  );
  return rows[0] && { reason, number: rows[0].park_number };
}
