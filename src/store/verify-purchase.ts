import type { ErrorCode } from '../domain/error-codes.js';
import type { Environment } from '../domain/ids.js';
import type { VerifiedPurchase } from '../domain/purchase.js';

/** One step of the procedure and what it saw: certificates, algorithm and times, never a token or the JWS. */
export interface VerificationCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** What can be read of a well-signed document that is refused all the same: enough to keep it in the quarantine. */
export interface SignedFacts {
  readonly purchaseOrderId?: string;
  readonly applicationId?: string;
  readonly environment?: Environment;
  readonly signedAtMs?: number;
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
  /** Never throws for bad evidence: the verdict says it. */
  verify(evidence: string, at: Date): Promise<Verification>;
}

export interface VerifierOptions {
  /** SHA-256 fingerprints of the trusted roots, in hex. */
  readonly trustedRoots: readonly string[];
}

/** Refuses everything until the procedure is built. */
export function createVerifier(_options: VerifierOptions): Verifier {
  return {
    verify: () => Promise.resolve({ verdict: { kind: 'refused', code: 'JWS_MALFORMED', keep: undefined }, checks: [] }),
  };
}

/** The time the document claims to be signed at, unverified: only for `dropless verify --at signed`. */
export function signedTimeOf(_evidence: string): Date | undefined {
  return undefined;
}
