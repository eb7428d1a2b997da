import type { PurchaseOrderId } from '../domain/ids.js';
import type { ParkReason } from '../domain/purchase.js';

const MEND_CATALOGUE = 'Mend the catalogue (`dropless catalogue apply`), then `dropless retry ORDER`.';
const DELIVERED_OR_NOT =
  'If the other system delivered it: `dropless resolve ORDER --as granted-elsewhere`. If not: `dropless release ORDER`, with --account if it has no owner.';

const ADVICE: Readonly<Record<ParkReason, string>> = {
  PRODUCT_UNKNOWN: MEND_CATALOGUE,
  PRODUCT_TYPE_MISMATCH: MEND_CATALOGUE,
  APPLICATION_UNKNOWN: MEND_CATALOGUE,
  ENVIRONMENT_UNKNOWN: MEND_CATALOGUE,
  SUBSCRIPTION_UNSUPPORTED: 'It is kept until dropless can fulfil subscriptions. To close it: `dropless resolve ORDER`.',
  PAYLOAD_UNEXPECTED: 'Update dropless to a version that understands the order, then `dropless retry ORDER`; or `dropless resolve ORDER`.',
  OWNER_UNKNOWN: 'Find out whose it is, then `dropless attach ORDER --account ID`.',
  FINISHED_ELSEWHERE: DELIVERED_OR_NOT,
  BEFORE_ADOPTION: DELIVERED_OR_NOT,
  EVIDENCE_KEY_MISSING: 'Put the missing key back into the key ring, restart, then `dropless retry ORDER`.',
  EVIDENCE_INVALID: 'Find out why (a changed root, a damaged row); then `dropless retry`, `release` or `resolve ORDER`.',
};

/** What an operator does about a parked order, as commands to copy. */
export function adviseOn(reason: ParkReason, purchaseOrderId: PurchaseOrderId): string {
  return ADVICE[reason].replaceAll('ORDER', purchaseOrderId);
}
