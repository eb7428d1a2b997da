import type pg from 'pg';
import type { Transaction } from './database.js';
import { lockPurchase } from './purchases.js';
import { insertOutgoingEvent, insertPurchaseEvent } from './timeline.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isClosed, type PurchaseState, type Revocation } from '../domain/purchase.js';

/** What a revocation does to currency that was granted: takes back what is still there, and never more. */
export type RevocationPolicy = 'take-back-floor-zero';

/**
 * Takes back what the store revoked. Before the grant it bars the purchase for ever; after, it takes back the recorded
 * amounts exactly once (L3); called again it changes nothing. Answers with the state that stands.
 */
export async function revokePurchase(
  tx: Transaction,
  purchaseOrderId: PurchaseOrderId,
  revocation: Revocation,
  policy: RevocationPolicy = 'take-back-floor-zero',
): Promise<PurchaseState | undefined> {
  const purchase = await lockPurchase(tx, purchaseOrderId);
  if (purchase === undefined) return undefined;
  if (purchase.revokedAt !== undefined) return purchase.state;
  const wasGranted = purchase.state === 'granted' || purchase.state === 'finished';
  const state: PurchaseState = wasGranted ? 'revoked' : 'refused';
  await tx.query(
    `update purchases set state = $2, revoked_at = coalesce($3, now()), revocation_code = $4,
       park_reason = null, parked_at = null, run_woken_at = null
     where purchase_order_id = $1 and revoked_at is null`,
    [purchaseOrderId, state, toDate(revocation.revokedAtMs), revocation.reasonCode],
  );
  const taken = wasGranted ? await takeBack(tx, purchaseOrderId) : [];
  // An order that an operator had refused stays refused: only the bar is new.
  if (!isClosed(purchase.state) || wasGranted) await insertOutgoingEvent(tx, purchaseOrderId, `purchase.${state}`);
  await insertPurchaseEvent(tx, purchaseOrderId, state, { revocationCode: revocation.reasonCode, policy, taken });
  return state;
}

interface TakenRow extends pg.QueryResultRow {
  currency: string;
  granted: string;
  taken: string;
}

/** Locks the balances in the order of their currency, as a grant does, so that the two cannot deadlock. */
async function takeBack(tx: Transaction, purchaseOrderId: PurchaseOrderId): Promise<TakenRow[]> {
  await tx.query('update grants set revoked_at = now() where purchase_order_id = $1', [purchaseOrderId]);
  await tx.query('update granted_entitlements set revoked_at = now() where purchase_order_id = $1', [purchaseOrderId]);
  await tx.query(
    `select 1 from balances b join grants g using (environment, realm, account_key)
     where g.purchase_order_id = $1 order by b.currency for update of b`,
    [purchaseOrderId],
  );
  const { rows } = await tx.query<TakenRow>(TAKE_BACK, [purchaseOrderId]);
  return rows;
}

const TAKE_BACK = `
with line as (
  select g.environment, g.realm, g.account_key, b.currency, granted.amount::bigint as granted,
    greatest(0, least(granted.amount::bigint, b.balance)) as taken
  from grants g
  cross join jsonb_to_recordset(g.goods -> 'currencies') as granted (currency text, amount text)
  join balances b on (b.environment, b.realm, b.account_key, b.currency)
    = (g.environment, g.realm, g.account_key, granted.currency)
  where g.purchase_order_id = $1
), balance as (
  update balances b set balance = b.balance - line.taken from line
  where (b.environment, b.realm, b.account_key, b.currency)
    = (line.environment, line.realm, line.account_key, line.currency)
), transfer as (
  insert into transfers (reference, kind, environment, realm)
  select distinct 'revocation:' || $1, 'revocation', environment, realm from line where taken > 0
  returning transfer_id
), entry as (
  insert into entries (transfer_id, environment, realm, account_key, currency, amount)
  select transfer_id, environment, realm, account_key, currency, -taken from transfer, line where taken > 0
  union all
  select transfer_id, environment, realm, null, currency, taken from transfer, line where taken > 0
)
select currency, granted::text, taken::text from line`;

function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}
