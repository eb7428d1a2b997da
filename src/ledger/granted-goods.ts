import type { Queryable } from './database.js';
import type { Goods } from '../domain/goods.js';
import type { PurchaseOrderId } from '../domain/ids.js';

/** As the grant wrote it: JSON has no bigint, so amounts are text. */
interface StoredGoods {
  readonly currencies: readonly { readonly currency: string; readonly amount: string }[];
  readonly entitlements: readonly { readonly entitlement: string; readonly duration?: string; readonly quantity: number }[];
}

/** Exactly what a purchase put into its owner's account; undefined while it has not, and once it is revoked. */
export async function findGrantedGoods(db: Queryable, purchaseOrderId: PurchaseOrderId): Promise<Goods | undefined> {
  const { rows } = await db.query<{ goods: StoredGoods }>('select goods from grants where purchase_order_id = $1 and revoked_at is null', [
    purchaseOrderId,
  ]);
  const [row] = rows;
  return (
    row && {
      currencies: row.goods.currencies.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) })),
      entitlements: row.goods.entitlements.map((line) => ({ ...line, duration: line.duration })),
    }
  );
}
