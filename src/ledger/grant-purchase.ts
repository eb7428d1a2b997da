import { isOutOfRange, type Queryable } from './database.js';
import { getPurchase } from './purchases.js';
import { DroplessError } from '../domain/errors.js';
import type { Goods } from '../domain/goods.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { statesBefore, type PurchaseState } from '../domain/purchase.js';

export interface GrantOrder {
  readonly purchaseOrderId: PurchaseOrderId;
  /** What the goods were computed for; a row that says otherwise meanwhile is not granted. */
  readonly productId: string;
  readonly quantity: number;
  readonly catalogueVersion: number;
  readonly goods: Goods;
}

/**
 * Puts the goods of a purchase into its owner's account: the one fact that everything else is about.
 *
 * 1. State, grant, entries, balances, timeline row and outgoing event commit together or not at all (L1): one statement.
 * 2. Called again it changes nothing and answers with the stored state (L2).
 * 3. A revoked purchase is never granted (L3): every write feeds on the row that the update returns, so the row lock
 *    decides between this statement and a revocation.
 * @throws {DroplessError} `AMOUNT_TOO_LARGE` when the balance cannot hold it: nothing is written
 */
export async function grantPurchase(db: Queryable, order: GrantOrder): Promise<PurchaseState> {
  try {
    const { rows } = await db.query<{ state: PurchaseState }>(GRANT_PURCHASE, toValues(order));
    return rows[0]?.state ?? (await getPurchase(db, order.purchaseOrderId)).state;
  } catch (error) {
    throw isOutOfRange(error) ? new DroplessError('AMOUNT_TOO_LARGE', { cause: error }) : error;
  }
}

function toValues({ purchaseOrderId, productId, quantity, catalogueVersion, goods }: GrantOrder): unknown[] {
  const currencies = goods.currencies.map(toLine);
  const { entitlements } = goods;
  return [
    purchaseOrderId,
    statesBefore('granted'),
    productId,
    quantity,
    catalogueVersion,
    JSON.stringify({ currencies, entitlements }),
    JSON.stringify(currencies),
    JSON.stringify(entitlements),
  ];
}

/** JSON has no bigint: amounts cross into PostgreSQL as text. */
function toLine({ currency, amount }: Goods['currencies'][number]) {
  return { currency, amount: amount.toString() };
}

const GRANT_PURCHASE = `
with purchase as (
  update purchases set state = 'granted', grant_kind = 'goods', granted_at = now(), park_reason = null, parked_at = null
  where purchase_order_id = $1 and state = any($2) and product_id = $3 and quantity = $4 and account_key is not null
    and purchased_at is not null
  returning *
), granted as (
  insert into grants (purchase_order_id, environment, realm, account_key, product_id, quantity, catalogue_version, goods)
  select purchase_order_id, environment, realm, account_key, product_id, quantity, $5, $6 from purchase
), entitlements as (
  insert into granted_entitlements (purchase_order_id, environment, realm, account_key, entitlement, duration)
  select purchase_order_id, environment, realm, account_key, line.entitlement, line.duration::interval * line.quantity
  from purchase, jsonb_to_recordset($8) as line (entitlement text, duration text, quantity int)
), line as (
  select environment, realm, account_key, line.currency, line.amount::bigint as amount
  from purchase, jsonb_to_recordset($7) as line (currency text, amount text)
), transfer as (
  insert into transfers (reference, kind, environment, realm)
  select 'grant:' || purchase_order_id, 'grant', environment, realm from purchase where exists (select from line)
  returning transfer_id
), entry as (
  insert into entries (transfer_id, environment, realm, account_key, currency, amount)
  select transfer_id, environment, realm, account_key, currency, amount from transfer, line
  union all
  select transfer_id, environment, realm, null, currency, -amount from transfer, line
), balance as (
  insert into balances (environment, realm, account_key, currency, balance)
  select environment, realm, account_key, currency, amount from line order by currency
  on conflict (environment, realm, account_key, currency) do update set balance = balances.balance + excluded.balance
), timeline as (
  insert into purchase_events (purchase_order_id, kind, account_key, details)
  select purchase_order_id, 'granted', account_key, jsonb_build_object('catalogueVersion', $5::int) from purchase
), event as (
  insert into outgoing_events (environment, realm, kind, purchase_order_id, account_key)
  select environment, realm, 'purchase.granted', purchase_order_id, account_key from purchase
)
select state from purchase`;
