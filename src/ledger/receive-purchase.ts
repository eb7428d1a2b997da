import type { Queryable } from './database.js';
import { PURCHASE_COLUMNS, toPurchase, type PurchaseRow } from './purchases.js';
import type { AccountKey } from '../domain/ids.js';
import type { Purchase, VerifiedPurchase } from '../domain/purchase.js';

/** Evidence encrypted for storage; see `evidence-cipher.ts`. */
export interface SealedEvidence {
  readonly keyId: string;
  readonly jwe: string;
  /** How it was verified, in JSON; in clear, as nothing in it is secret. */
  readonly report?: object | undefined;
}

/** Who the owner rule gave the purchase to: the holder of a tag, a known account, or nobody yet. */
export type ResolvedOwner = { readonly tag: string } | { readonly accountKey: AccountKey } | undefined;

export interface Receipt {
  readonly purchase: Purchase;
  /** False: the order was known before, and nothing was written. */
  readonly isNew: boolean;
}

/**
 * Writes an order and its evidence, its first timeline row and its event, in one statement; for a known order it
 * writes nothing and answers with the row. The owner by tag is looked up in the same statement.
 */
export async function receivePurchase(
  db: Queryable,
  verified: VerifiedPurchase,
  realm: string,
  owner: ResolvedOwner,
  sealed: SealedEvidence,
): Promise<Receipt> {
  const verifiedAt = new Date(verified.verifiedAtMs);
  const values = [...purchaseValues(verified, realm), ...ownerValues(owner), verifiedAt, sealed.keyId, sealed.jwe, sealed.report];
  const { rows } = await db.query<PurchaseRow & { is_new: boolean }>(RECEIVE_PURCHASE, values);
  const [row] = rows;
  // Another caller inserted the order while this statement waited for it: its snapshot has neither row.
  if (row === undefined) return receivePurchase(db, verified, realm, owner, sealed);
  return { purchase: toPurchase(row), isNew: row.is_new };
}

const RECEIVE_PURCHASE = `
with input as (
  select $3::text as environment, $4::text as realm, coalesce($17::bigint, (
    select account_key from accounts where environment = $3 and realm = $4 and owner_tag = $18)) as account_key
), p as (
  insert into purchases (purchase_order_id, state, environment, realm, application_id, product_id, product_type, quantity,
    purchased_at, signed_at, store_finished, finished_elsewhere, unexpected, price, currency, revoked_at, revocation_code,
    account_key)
  select $1, $2, environment, realm, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16, account_key from input
  on conflict on constraint purchases_one_per_order do nothing
  returning *
), kept as (
  insert into evidence (purchase_order_id, environment, application_id, accepted, signed_at, verified_at, key_id, jwe, report)
  select purchase_order_id, environment, application_id, true, signed_at, $19, $20, $21, $22::jsonb from p
), timeline as (
  insert into purchase_events (purchase_order_id, kind, account_key)
  select purchase_order_id, state, account_key from p
), event as (
  insert into outgoing_events (environment, realm, kind, purchase_order_id, account_key)
  select environment, realm, 'purchase.' || state, purchase_order_id, account_key from p
)
select ${PURCHASE_COLUMNS}, true as is_new from p left join accounts a using (account_key)
union all
select ${PURCHASE_COLUMNS}, false from purchases p left join accounts a using (account_key)
where p.purchase_order_id = $1`;

function purchaseValues(verified: VerifiedPurchase, realm: string): unknown[] {
  const { revocation } = verified;
  return [
    verified.purchaseOrderId,
    // L3: a revocation of an unknown order inserts the row itself, closed.
    revocation === undefined ? 'received' : 'refused',
    verified.environment,
    realm,
    verified.applicationId,
    verified.productId,
    verified.productType,
    verified.quantity,
    verified.purchasedAtMs === undefined ? null : new Date(verified.purchasedAtMs),
    new Date(verified.signedAtMs),
    verified.storeFinished,
    verified.unexpected,
    verified.price ?? null,
    verified.currency ?? null,
    revocation === undefined ? null : new Date(revocation.revokedAtMs ?? verified.verifiedAtMs),
    revocation?.reasonCode ?? null,
  ];
}

function ownerValues(owner: ResolvedOwner): unknown[] {
  if (owner === undefined) return [null, null];
  return 'tag' in owner ? [null, owner.tag] : [owner.accountKey, null];
}
