import { findProduct, type Catalogue } from './catalogue.js';
import { isWithinBalance, toGoods } from './goods.js';
import type { ParkReason, Purchase } from './purchase.js';

type JudgedPurchase = Pick<
  Purchase,
  | 'applicationId'
  | 'environment'
  | 'productId'
  | 'productType'
  | 'quantity'
  | 'unexpected'
  | 'finishedElsewhere'
  | 'purchasedAt'
  | 'accountKey'
  | 'released'
>;

/** Reasons that no release can override: there would be nothing to grant, or nobody to grant it to. */
const NOTHING_TO_GRANT: readonly ParkReason[] = [
  'APPLICATION_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'PRODUCT_UNKNOWN',
  'PRODUCT_TYPE_MISMATCH',
  'AMOUNT_TOO_LARGE',
  'SUBSCRIPTION_UNSUPPORTED',
  'OWNER_UNKNOWN',
];

/** Fields that decide what is granted, whether it was paid, or to whom: without them no person's word makes it grantable. */
const DECIDING_FIELDS: readonly string[] = [
  'productId',
  'productType',
  'quantity',
  'purchaseTime',
  'developerPayload',
  'environment',
  'applicationId',
];

/** Whether an operator's word can override the reason, for an order with these `unexpected` fields; without them: for any. */
export function isReleasable(reason: ParkReason, unexpected = DECIDING_FIELDS): boolean {
  if (reason === 'PAYLOAD_UNEXPECTED') return !unexpected.some((name) => DECIDING_FIELDS.includes(name));
  return !NOTHING_TO_GRANT.includes(reason);
}

/** Every reason for which this purchase cannot be granted as things stand, the weightiest first; empty: it can. */
export function listObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  const obstacles = [...payloadObstacles(purchase, catalogue), ...adoptionObstacles(purchase, catalogue)];
  if (purchase.accountKey === undefined) obstacles.push('OWNER_UNKNOWN');
  return obstacles.filter((reason) => !(isReleasable(reason, purchase.unexpected) && purchase.released.includes(reason)));
}

function payloadObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  const { productType, unexpected } = purchase;
  if (productType === 'auto-renewable') return ['SUBSCRIPTION_UNSUPPORTED'];
  if (unexpected.length === 0) return catalogueObstacles(purchase, catalogue);
  // What rests on a field that could not be read is not asked.
  const rest = isReleasable('PAYLOAD_UNEXPECTED', unexpected) ? catalogueObstacles(purchase, catalogue) : [];
  return ['PAYLOAD_UNEXPECTED', ...rest];
}

function catalogueObstacles(purchase: JudgedPurchase, catalogue: Catalogue): ParkReason[] {
  const application = catalogue.applications.get(purchase.applicationId);
  if (application === undefined) return ['APPLICATION_UNKNOWN'];
  if (!application.environments.includes(purchase.environment)) return ['ENVIRONMENT_UNKNOWN'];
  const product = findProduct(catalogue, purchase.applicationId, purchase.productId);
  if (product === undefined) return ['PRODUCT_UNKNOWN'];
  if (product.type !== purchase.productType) return ['PRODUCT_TYPE_MISMATCH'];
  return isWithinBalance(toGoods(product, purchase.quantity)) ? [] : ['AMOUNT_TOO_LARGE'];
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
