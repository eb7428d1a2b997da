import type { Queryable } from './database.js';
import { getPurchase } from './purchases.js';
import type { AccountKey, PurchaseOrderId } from '../domain/ids.js';
import { statesBefore, type Purchase, type PurchaseState } from '../domain/purchase.js';

/**
 * The client's word that it finished the purchase on the device. The first write wins; one before the grant is kept
 * and used. Answers with the purchase as it now stands.
 * @throws {DroplessError} `PURCHASE_NOT_FOUND`
 */
export async function acknowledgePurchase(db: Queryable, purchaseOrderId: PurchaseOrderId, by: AccountKey | undefined): Promise<Purchase> {
  await db.query(
    `with purchase as (
       update purchases set acknowledged_at = now(), acknowledged_by = $2
       where purchase_order_id = $1 and acknowledged_at is null returning *
     )
     insert into purchase_events (purchase_order_id, kind, account_key)
     select purchase_order_id, 'acknowledged', acknowledged_by from purchase`,
    [purchaseOrderId, by ?? null],
  );
  return getPurchase(db, purchaseOrderId);
}

/**
 * Closes a granted purchase whose finish is known: from the store, or claimed by the client. Called again, or with
 * neither known, it changes nothing and answers with the stored state.
 */
export async function finishPurchase(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<PurchaseState> {
  const { rows } = await db.query<{ state: PurchaseState }>(
    `with purchase as (
       update purchases set state = 'finished', finished_at = now(),
         finished_by = case when store_finished then 'store' else 'client' end
       where purchase_order_id = $1 and state = any($2) and (store_finished or acknowledged_at is not null)
       returning *
     ), timeline as (
       insert into purchase_events (purchase_order_id, kind, account_key, details)
       select purchase_order_id, 'finished', account_key, jsonb_build_object('by', finished_by) from purchase
     ), event as (
       insert into outgoing_events (environment, realm, kind, purchase_order_id, account_key)
       select environment, realm, 'purchase.finished', purchase_order_id, account_key from purchase
     )
     select state from purchase`,
    [purchaseOrderId, statesBefore('finished')],
  );
  return rows[0]?.state ?? (await getPurchase(db, purchaseOrderId)).state;
}

/** Nobody confirmed the finish in all that time: the purchase stays granted, and no run is started for it any more. */
export async function closeUnfinishedPurchase(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<void> {
  await db.query(
    `with purchase as (
       update purchases set finish_unknown_at = now()
       where purchase_order_id = $1 and state = 'granted' and finish_unknown_at is null
         and acknowledged_at is null and not store_finished
       returning *
     )
     insert into purchase_events (purchase_order_id, kind, account_key)
     select purchase_order_id, 'finish-unknown', account_key from purchase`,
    [purchaseOrderId],
  );
}
