import type { Product } from './catalogue.js';

/** Exactly what a grant puts into an account; recorded with the grant, so that a revocation reverses these very amounts. */
export interface Goods {
  readonly currencies: readonly { readonly currency: string; readonly amount: bigint }[];
  /** `duration` is ISO 8601 for one unit and counts `quantity` times; none means for ever. */
  readonly entitlements: readonly { readonly entitlement: string; readonly duration: string | undefined; readonly quantity: number }[];
}

/** What `quantity` units of a product are worth. Lines of the same currency are added up. */
export function toGoods(product: Product, quantity: number): Goods {
  const currencies = new Map<string, bigint>();
  const entitlements: { entitlement: string; duration: string | undefined; quantity: number }[] = [];
  for (const grant of product.grants) {
    if (grant.kind === 'currency') {
      currencies.set(grant.currency, (currencies.get(grant.currency) ?? 0n) + grant.amount * BigInt(quantity));
    } else {
      entitlements.push({ entitlement: grant.entitlement, duration: grant.duration, quantity });
    }
  }
  return { currencies: [...currencies].map(([currency, amount]) => ({ currency, amount })), entitlements };
}

/** PostgreSQL's bigint, which balances and entries are. */
const AMOUNT_MAX = 2n ** 63n - 1n;

/** Whether a balance could hold them at all; whether the owner's can, the grant finds out. */
export function isWithinBalance({ currencies }: Goods): boolean {
  return currencies.every(({ amount }) => amount <= AMOUNT_MAX);
}
