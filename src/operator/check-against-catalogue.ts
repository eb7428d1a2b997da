import type { Catalogue } from '../domain/catalogue.js';
import type { ErrorCode } from '../domain/error-codes.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { listObstacles } from '../domain/judge-purchase.js';
import type { VerifiedPurchase } from '../domain/purchase.js';
import type { VerificationCheck } from '../store/index.js';

/** What a catalogue makes of an order that the store signed, if it came in as one that the ledger does not know. */
export interface CatalogueJudgement {
  readonly purchaseOrderId: PurchaseOrderId;
  readonly checks: readonly VerificationCheck[];
  /** What stands against a grant, the weightiest first; empty: nothing. Whose order it is, is not asked. */
  readonly obstacles: readonly ErrorCode[];
}

interface BusinessCheck {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  readonly toSeen: (purchase: VerifiedPurchase) => string;
}

const STORE_CHECKS: readonly BusinessCheck[] = [
  { name: 'revocation', codes: ['PURCHASE_REVOKED'], toSeen: ({ revocation }) => revocation?.reasonCode ?? 'not revoked' },
  { name: 'completion', codes: ['NOT_COMPLETED'], toSeen: ({ purchasedAtMs }) => toPaid(purchasedAtMs) },
];

/** Each rests on the one before it: what follows the first that fails is not called good. */
const CATALOGUE_CHECKS: readonly BusinessCheck[] = [
  { name: 'support', codes: ['SUBSCRIPTION_UNSUPPORTED'], toSeen: ({ productType }) => productType },
  { name: 'understood', codes: ['PAYLOAD_UNEXPECTED'], toSeen: ({ unexpected }) => unexpected.join(', ') || 'all of it' },
  { name: 'application', codes: ['APPLICATION_UNKNOWN'], toSeen: ({ applicationId }) => applicationId },
  { name: 'environment', codes: ['ENVIRONMENT_UNKNOWN'], toSeen: ({ environment }) => environment },
  { name: 'product', codes: ['PRODUCT_UNKNOWN'], toSeen: ({ productId }) => productId },
  { name: 'type', codes: ['PRODUCT_TYPE_MISMATCH'], toSeen: ({ productType }) => productType },
  { name: 'quantity', codes: ['AMOUNT_TOO_LARGE'], toSeen: ({ quantity }) => `${quantity}` },
];

const ADOPTION_CHECKS: readonly BusinessCheck[] = [
  { name: 'finish', codes: ['FINISHED_ELSEWHERE'], toSeen: ({ storeFinished }) => (storeFinished ? 'finished' : 'unfinished') },
  { name: 'adoption', codes: ['BEFORE_ADOPTION'], toSeen: ({ purchasedAtMs }) => toPaid(purchasedAtMs) },
];

export function checkAgainstCatalogue(purchase: VerifiedPurchase, catalogue: Catalogue): CatalogueJudgement {
  const obstacles = [...listStoreObstacles(purchase), ...listLedgerObstacles(purchase, catalogue)];
  const fails = ({ codes }: BusinessCheck) => codes.some((code) => obstacles.includes(code));
  const failing = CATALOGUE_CHECKS.findIndex(fails);
  const looked = failing === -1 ? CATALOGUE_CHECKS : CATALOGUE_CHECKS.slice(0, failing + 1);
  const checks = [...STORE_CHECKS, ...looked, ...ADOPTION_CHECKS.filter((check) => failing === -1 || fails(check))];
  return {
    purchaseOrderId: purchase.purchaseOrderId,
    checks: checks.map((check) => ({ name: check.name, ok: !fails(check), seen: check.toSeen(purchase) })),
    obstacles,
  };
}

function listStoreObstacles({ revocation, purchasedAtMs }: VerifiedPurchase): ErrorCode[] {
  if (revocation !== undefined) return ['PURCHASE_REVOKED'];
  return purchasedAtMs === undefined ? ['NOT_COMPLETED'] : [];
}

function listLedgerObstacles(purchase: VerifiedPurchase, catalogue: Catalogue): ErrorCode[] {
  const unknownToLedger = {
    ...purchase,
    purchasedAt: purchase.purchasedAtMs === undefined ? undefined : new Date(purchase.purchasedAtMs),
    finishedElsewhere: purchase.storeFinished,
    accountKey: undefined,
    released: [],
  };
  return listObstacles(unknownToLedger, catalogue).filter((code) => code !== 'OWNER_UNKNOWN');
}

function toPaid(purchasedAtMs: number | undefined): string {
  return purchasedAtMs === undefined ? 'not paid yet' : `paid ${new Date(purchasedAtMs).toISOString()}`;
}
