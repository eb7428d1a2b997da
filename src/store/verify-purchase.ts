import { createCheckList, type CheckList, type Passed, type VerificationCheck } from './checks.js';
import { createKnownChains } from './known-chains.js';
import { parsePurchaseData, type PurchaseData } from './parse-purchase-data.js';
import { isPayload, type Payload } from './payload-fields.js';
import { isPurchaseOrder, readOrderIdentity, toVerifiedPurchase } from './purchase-order-payload.js';
import { isSubGroupStatus, toGroupPurchases } from './sub-group-status-payload.js';
import { readCompactJws } from './verify-compact-es256.js';
import { parseJson, readSignedTime, verifySigned, type VerifySignedOptions } from './verify-signed.js';
import type { ErrorCode } from '../domain/error-codes.js';
import { DroplessError } from '../domain/errors.js';
import type { Environment } from '../domain/ids.js';
import type { VerifiedPurchase } from '../domain/purchase.js';

/** What can be read of a well-signed document that is refused all the same: enough to keep it in the quarantine. */
export interface SignedFacts {
  readonly purchaseOrderId?: string;
  readonly applicationId?: string;
  readonly environment?: Environment;
}

export type Verdict =
  | {
      readonly kind: 'valid';
      readonly document: 'purchase-order' | 'subscription-status';
      readonly purchases: readonly [VerifiedPurchase, ...VerifiedPurchase[]];
    }
  | {
      readonly kind: 'refused';
      /** Whether it is final stands in `ERROR_CODES`. */
      readonly code: ErrorCode;
      /** Set only where the signature and the chain are good: worth the quarantine. */
      readonly keep: SignedFacts | undefined;
    };

export interface Verification {
  readonly verdict: Verdict;
  readonly checks: readonly VerificationCheck[];
}

export interface Verifier {
  /** Judges evidence as of `at`. Never throws for bad evidence: the verdict says it. */
  verify(evidence: string, at: Date): Promise<Verification>;
}

export interface VerifierOptions {
  /** SHA-256 fingerprints of the trusted roots, in lower-case hex. */
  readonly trustedRoots: readonly string[];
}

export function createVerifier(options: VerifierOptions): Verifier {
  const trustedRoots = new Set(options.trustedRoots);
  const knownChains = createKnownChains();
  return {
    async verify(evidence, at) {
      const checks = createCheckList();
      try {
        return { verdict: await judge(evidence, { trustedRoots, at, knownChains }, checks), checks: checks.list };
      } catch (error) {
        if (!(error instanceof DroplessError)) throw error;
        return { verdict: { kind: 'refused', code: error.code, keep: undefined }, checks: checks.list };
      }
    },
  };
}

async function judge(evidence: string, options: VerifySignedOptions, checks: CheckList): Promise<Verdict> {
  const { jws } = await checks.run('evidence', () => readEvidence(evidence));
  const { payload, untimely } = await verifySigned(jws, options, checks);
  if (isPayload(payload) && !isPurchaseOrder(payload) && !isSubGroupStatus(payload)) {
    checks.fail('payload', 'another kind of document');
    return { kind: 'refused', code: 'WRONG_DOCUMENT', keep: readDocumentFacts(payload) };
  }
  const document = isSubGroupStatus(payload) ? 'subscription-status' : 'purchase-order';
  const [first, ...others] = readPurchases(payload, options.at.getTime());
  if (first === undefined) {
    checks.fail('payload', 'application, environment or order id cannot be read');
    return { kind: 'refused', code: 'PAYLOAD_UNREADABLE', keep: isPayload(payload) ? readOrderIdentity(payload) : {} };
  }
  await checks.run('payload', () => ({ value: undefined, seen: describe(first) }));
  if (untimely !== undefined) return { kind: 'refused', code: untimely, keep: toFacts(first) };
  return { kind: 'valid', document, purchases: [first, ...others] };
}

function toFacts({ purchaseOrderId, applicationId, environment }: VerifiedPurchase): SignedFacts {
  return { purchaseOrderId, applicationId, environment };
}

/** A notification names its order one level down; of any other document as much as is readable. */
function readDocumentFacts(payload: Payload): SignedFacts {
  const metadata = payload['notificationMetaData'];
  return readOrderIdentity({ ...payload, ...(isPayload(metadata) && metadata) });
}

function readEvidence(evidence: string): Passed<PurchaseData> {
  const value = parsePurchaseData(evidence);
  return { value, seen: value.kind === 'subscription-status' ? 'jwsSubscriptionStatus of purchaseData' : 'a purchase order or a bare JWS' };
}

function readPurchases(payload: unknown, verifiedAtMs: number): VerifiedPurchase[] {
  if (isSubGroupStatus(payload)) return toGroupPurchases(payload, verifiedAtMs);
  const purchase = isPurchaseOrder(payload) ? toVerifiedPurchase(payload, verifiedAtMs) : undefined;
  return purchase === undefined ? [] : [purchase];
}

function describe(purchase: VerifiedPurchase): string {
  const { purchaseOrderId, applicationId, environment, productId, productType, quantity, revocation, unexpected } = purchase;
  const parts = [
    `order ${purchaseOrderId}`,
    `application ${applicationId}`,
    environment,
    `${productId} (${productType}) × ${quantity}`,
    `signed ${new Date(purchase.signedAtMs).toISOString()}`,
    purchase.purchasedAtMs === undefined ? 'not completed' : `paid ${new Date(purchase.purchasedAtMs).toISOString()}`,
    purchase.storeFinished ? 'finished' : 'unfinished',
    revocation === undefined ? 'not revoked' : `revoked (${revocation.reasonCode})`,
    ...(unexpected.length === 0 ? [] : [`not understood: ${unexpected.join(', ')}`]),
  ];
  return parts.join(', ');
}

/** The time that the document claims to be signed at, unverified: only for `dropless verify --at signed`. */
export function signedTimeOf(evidence: string): Date | undefined {
  try {
    return readSignedTime(parseJson(readCompactJws(parsePurchaseData(evidence).jws).value.payload));
  } catch {
    return undefined;
  }
}
