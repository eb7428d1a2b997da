import type { GrantEntitlementInput, GrantEntitlementResult } from './steps.js';
import { findProduct, type Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import { toGoods } from '../domain/goods.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Database } from '../ledger/database.js';
import { grantPurchase } from '../ledger/grant-purchase.js';

export interface GrantEntitlementDeps {
  readonly db: Database;
  readonly catalogue: () => Catalogue;
  readonly changed: (purchaseOrderId: PurchaseOrderId) => void;
}

/** Puts the goods into the owner's account, once; the ledger's statement decides whether this is the time. */
export async function grantEntitlement(deps: GrantEntitlementDeps, input: GrantEntitlementInput): Promise<GrantEntitlementResult> {
  const { purchaseOrderId, applicationId, productId, quantity } = input;
  const catalogue = deps.catalogue();
  const product = findProduct(catalogue, applicationId, productId);
  // Taken out of the catalogue since it was checked: the next look says so.
  if (product === undefined) return { state: 'received' };
  const order = { purchaseOrderId, productId, quantity, catalogueVersion: catalogue.version, goods: toGoods(product, quantity) };
  try {
    const state = await grantPurchase(deps.db, order);
    deps.changed(purchaseOrderId);
    return { state };
  } catch (error) {
    // Retrying cannot mend this: a person's matter, not a failure.
    if (error instanceof DroplessError && error.code === 'AMOUNT_TOO_LARGE') return { state: 'received', code: error.code };
    throw error;
  }
}
