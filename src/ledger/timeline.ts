import type pg from 'pg';
import type { Queryable } from './database.js';
import type { PurchaseOrderId } from '../domain/ids.js';

/** What can happen to a purchase, as its timeline tells it. */
export type PurchaseEventKind =
  | 'received'
  | 'fresh-evidence'
  | 'order-id-conflict'
  | 'owner-found'
  | 'parked'
  | 'retried'
  | 'released'
  | 'granted'
  | 'acknowledged'
  | 'finished'
  | 'finish-unknown'
  | 'refused'
  | 'revoked'
  | 'cancel-ignored';

export interface PurchaseEvent {
  readonly kind: PurchaseEventKind;
  readonly occurredAt: Date;
  readonly details: Readonly<Record<string, unknown>>;
}

interface EventRow extends pg.QueryResultRow {
  kind: PurchaseEventKind;
  occurred_at: Date;
  details: Record<string, unknown>;
}

export async function listPurchaseEvents(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<PurchaseEvent[]> {
  const { rows } = await db.query<EventRow>(
    'select kind, occurred_at, details from purchase_events where purchase_order_id = $1 order by event_id',
    [purchaseOrderId],
  );
  return rows.map((row) => ({ kind: row.kind, occurredAt: row.occurred_at, details: row.details }));
}

/** Details are for people: codes, numbers, reasons; never a secret, never an account's name (L9). */
export async function insertPurchaseEvent(
  db: Queryable,
  purchaseOrderId: PurchaseOrderId,
  kind: PurchaseEventKind,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await db.query(
    `insert into purchase_events (purchase_order_id, kind, account_key, details)
     select $1, $2, (select account_key from purchases where purchase_order_id = $1), $3`,
    [purchaseOrderId, kind, JSON.stringify(details)],
  );
}

/** For the events that the game's own systems will read; written in the transaction of what it tells. */
export async function insertOutgoingEvent(db: Queryable, purchaseOrderId: PurchaseOrderId, kind: `purchase.${string}`): Promise<void> {
  await db.query(
    `insert into outgoing_events (environment, realm, kind, purchase_order_id, account_key)
     select environment, realm, $2, purchase_order_id, account_key from purchases where purchase_order_id = $1`,
    [purchaseOrderId, kind],
  );
}
