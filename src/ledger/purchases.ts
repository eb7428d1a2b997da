import type pg from 'pg';
import type { Queryable } from './database.js';
import { DroplessError } from '../domain/errors.js';
import { toAccountKey, type Environment, type PurchaseOrderId } from '../domain/ids.js';
import type { FinishedBy, GrantKind, ParkReason, ProductType, Purchase, PurchaseState } from '../domain/purchase.js';

export interface PurchaseRow extends pg.QueryResultRow {
  purchase_order_id: string;
  state: PurchaseState;
  environment: Environment;
  realm: string;
  application_id: string;
  product_id: string;
  product_type: ProductType;
  quantity: number;
  account_key: string | null;
  account_id: string | null;
  purchased_at: Date | null;
  signed_at: Date;
  store_finished: boolean;
  finished_elsewhere: boolean;
  unexpected: string[];
  park_reason: ParkReason | null;
  park_number: number;
  parked_at: Date | null;
  released: string[];
  received_at: Date;
  granted_at: Date | null;
  grant_kind: GrantKind | null;
  acknowledged_at: Date | null;
  finished_at: Date | null;
  finished_by: FinishedBy | null;
  revoked_at: Date | null;
  finish_unknown_at: Date | null;
}

/** The columns of `PurchaseRow`, of `purchases p` joined with its owner `a`. */
export const PURCHASE_COLUMNS = `p.purchase_order_id, p.state, p.environment, p.realm, p.application_id, p.product_id,
  p.product_type, p.quantity, p.account_key, a.account_id, p.purchased_at, p.signed_at, p.store_finished,
  p.finished_elsewhere, p.unexpected, p.park_reason, p.park_number, p.parked_at, p.released, p.received_at, p.granted_at,
  p.grant_kind, p.acknowledged_at, p.finished_at, p.finished_by, p.revoked_at, p.finish_unknown_at`;

const SELECT_PURCHASES = `select ${PURCHASE_COLUMNS} from purchases p left join accounts a using (account_key)`;

export async function findPurchase(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<Purchase | undefined> {
  const { rows } = await db.query<PurchaseRow>(`${SELECT_PURCHASES} where p.purchase_order_id = $1`, [purchaseOrderId]);
  return rows[0] && toPurchase(rows[0]);
}

/** @throws {DroplessError} `PURCHASE_NOT_FOUND` */
export async function getPurchase(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<Purchase> {
  const purchase = await findPurchase(db, purchaseOrderId);
  if (purchase === undefined) throw new DroplessError('PURCHASE_NOT_FOUND');
  return purchase;
}

/** Takes the row's lock: whoever holds it decides what comes first, grant or revocation. */
export async function lockPurchase(tx: Queryable, purchaseOrderId: PurchaseOrderId): Promise<Purchase | undefined> {
  const { rows } = await tx.query<PurchaseRow>(`${SELECT_PURCHASES} where p.purchase_order_id = $1 for update of p`, [purchaseOrderId]);
  return rows[0] && toPurchase(rows[0]);
}

export async function listPurchases(db: Queryable, purchaseOrderIds: readonly PurchaseOrderId[]): Promise<Purchase[]> {
  const { rows } = await db.query<PurchaseRow>(`${SELECT_PURCHASES} where p.purchase_order_id = any($1::text[])`, [purchaseOrderIds]);
  return rows.map(toPurchase);
}

/** The queue that operators work through: the longest waiting first. */
export async function listParkedPurchases(db: Queryable, limit: number): Promise<Purchase[]> {
  const { rows } = await db.query<PurchaseRow>(`${SELECT_PURCHASES} where p.park_reason is not null order by p.parked_at limit $1`, [
    limit,
  ]);
  return rows.map(toPurchase);
}

/** How many purchases wait for a person or for new knowledge, by reason. */
export async function countParkedPurchases(db: Queryable): Promise<ReadonlyMap<ParkReason, number>> {
  const { rows } = await db.query<{ park_reason: ParkReason; count: string }>(
    'select park_reason, count(*) from purchases where park_reason is not null group by park_reason',
  );
  return new Map(rows.map((row) => [row.park_reason, Number(row.count)]));
}

export function toPurchase(row: PurchaseRow): Purchase {
  const { environment, realm, account_id: accountId } = row;
  return {
    purchaseOrderId: row.purchase_order_id as PurchaseOrderId, // It was parsed before it was inserted.
    state: row.state,
    environment,
    realm,
    applicationId: row.application_id,
    productId: row.product_id,
    productType: row.product_type,
    quantity: row.quantity,
    accountKey: row.account_key === null ? undefined : toAccountKey(row.account_key),
    account: accountId === null ? undefined : { environment, realm, accountId },
    purchasedAt: row.purchased_at ?? undefined,
    signedAt: row.signed_at,
    storeFinished: row.store_finished,
    finishedElsewhere: row.finished_elsewhere,
    unexpected: row.unexpected,
    park: toPark(row),
    released: row.released,
    receivedAt: row.received_at,
    grantedAt: row.granted_at ?? undefined,
    grantKind: row.grant_kind ?? undefined,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    finishedBy: row.finished_by ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    finishUnknownAt: row.finish_unknown_at ?? undefined,
  };
}

function toPark({ park_reason: reason, park_number: number, parked_at: since }: PurchaseRow): Purchase['park'] {
  return reason === null || since === null ? undefined : { reason, number, since };
}
