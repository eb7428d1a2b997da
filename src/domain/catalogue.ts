import type { Environment } from './ids.js';
import type { ProductType } from './purchase.js';

/** What one unit of a product is worth; a purchase grants it times its quantity. */
export type Grants =
  | { readonly kind: 'currency'; readonly currency: string; readonly amount: bigint }
  | { readonly kind: 'entitlement'; readonly entitlement: string; readonly duration?: string | undefined };

export interface Product {
  readonly productId: string;
  readonly type: ProductType;
  readonly grants: readonly Grants[];
}

export interface Application {
  /** A decimal string beyond 2^53: never a number. */
  readonly applicationId: string;
  readonly packageName: string;
  readonly realm: string;
  readonly environments: readonly Environment[];
  /** Orders paid before this moment were another system's to deliver (design §4). */
  readonly adoptedAt: Date;
  /** Whether an order without a developerPayload goes to the first authenticated account that presents it. */
  readonly firstPresenter: { readonly allowed: boolean; readonly maxAgeHours: number };
  readonly products: ReadonlyMap<string, Product>;
}

export interface Catalogue {
  /** The numbered version in the ledger; a grant records it. */
  readonly version: number;
  readonly applications: ReadonlyMap<string, Application>;
}

export function findProduct(catalogue: Catalogue, applicationId: string, productId: string): Product | undefined {
  return catalogue.applications.get(applicationId)?.products.get(productId);
}
