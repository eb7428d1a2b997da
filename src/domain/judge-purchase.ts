import { findProduct, type Catalogue } from './catalogue.js';
import type { ParkReason, Purchase } from './purchase.js';

type JudgedPurchase = Pick<
  Purchase,
  | 'applicationId'
  | 'environment'
  | 'productId'
  | 'productType'
  | 'unexpected'
  | 'finishedElsewhere'
  | 'purchasedAt'
  | 'accountKey'
  | 'released'
>;

/** Reasons that no release can override: there would be nothing to grant. */
const NOTHING_TO_GRANT: readonly ParkReason[] = [
  'APPLICATION_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'PRODUCT_UNKNOWN',
  'PRODUCT_TYPE_MISMATCH',
  'PAYLOAD_UNEXPECTED',
  'SUBSCRIPTION_UNSUPPORTED',
  'OWNER_UNKNOWN',
];

export function isReleasable(reason: ParkReason): boolean {
  return !NOTHING_TO_GRANT.includes(reason);
}

/** Every reason for which this purchase cannot be granted as things stand, the weightiest first; empty: it can. */
export function listObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  const obstacles = [...catalogueObstacles(purchase, catalogue), ...adoptionObstacles(purchase, catalogue)];
  if (purchase.accountKey === undefined) obstacles.push('OWNER_UNKNOWN');
  return obstacles.filter((reason) => !(isReleasable(reason) && purchase.released.includes(reason)));
}

function catalogueObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  if (purchase.productType === 'auto-renewable') return ['SUBSCRIPTION_UNSUPPORTED'];
  if (purchase.unexpected.length > 0) return ['PAYLOAD_UNEXPECTED'];
  const application = catalogue.applications.get(purchase.applicationId);
  if (application === undefined) return ['APPLICATION_UNKNOWN'];
  if (!application.environments.includes(purchase.environment)) return ['ENVIRONMENT_UNKNOWN'];
  const product = findProduct(catalogue, purchase.applicationId, purchase.productId);
  if (product === undefined) return ['PRODUCT_UNKNOWN'];
  return product.type === purchase.productType ? [] : ['PRODUCT_TYPE_MISMATCH'];
}

/** Adoption (design §4): what another system delivered before us is never granted again. Non-consumables always are. */
function adoptionObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  if (purchase.productType !== 'consumable' && purchase.productType !== 'non-renewing') return [];
  const adoptedAt = catalogue.applications.get(purchase.applicationId)?.adoptedAt;
  const obstacles: ParkReason[] = [];
  if (purchase.finishedElsewhere) obstacles.push('FINISHED_ELSEWHERE');
  if (adoptedAt !== undefined && purchase.purchasedAt !== undefined && purchase.purchasedAt < adoptedAt) {
    obstacles.push('BEFORE_ADOPTION');
  }
  return obstacles;
}

/** What a new version of the catalogue can mend. */
const MENDED_BY_CATALOGUE: readonly ParkReason[] = [
  'APPLICATION_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'PRODUCT_UNKNOWN',
  'PRODUCT_TYPE_MISMATCH',
];

/** True when a purchase is parked for something that the catalogue in force no longer lacks: it is judged anew. */
export function isMended(purchase: JudgedPurchase & Pick<Purchase, 'park'>, catalogue: Catalogue): boolean {
  const reason = purchase.park?.reason;
  if (reason === undefined || !MENDED_BY_CATALOGUE.includes(reason)) return false;
  return !listObstacles(purchase, catalogue).includes(reason);
}
