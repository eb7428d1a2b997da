import type { ErrorCode } from '../domain/error-codes.js';
import type { Environment } from '../domain/ids.js';

/** The store did not sign this for a purchase of ours, and never will have: each is final. */
export const INVALID_CODES = [
  'JWS_MALFORMED',
  'JWS_HEADER_REFUSED',
  'JWS_CHAIN_INVALID',
  'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
  'JWS_SIGNATURE_INVALID',
  'WRONG_DOCUMENT',
] as const satisfies readonly ErrorCode[];
export type InvalidCode = (typeof INVALID_CODES)[number];

/** It may well be good: a fresh copy, a later moment or a person decides. None is final. */
export const UNDECIDED_CODES = [
  'JWS_CERTIFICATE_EXPIRED',
  'CLOCK_OR_CERTIFICATE_EARLY',
  'CERTIFICATE_REVOKED',
  'REVOCATION_UNKNOWN',
  'PAYLOAD_UNREADABLE',
] as const satisfies readonly ErrorCode[];
export type UndecidedCode = (typeof UNDECIDED_CODES)[number];

/** What can be read of a document that the store signed and that is not acted on: enough to keep it in the quarantine. */
export interface SignedFacts {
  readonly purchaseOrderId?: string;
  readonly applicationId?: string;
  readonly environment?: Environment;
}

/** `keep` is set only where signature and chain are good: worth the quarantine. */
export type Refusal =
  | { readonly kind: 'invalid'; readonly code: InvalidCode; readonly keep: SignedFacts | undefined }
  | { readonly kind: 'undecided'; readonly code: UndecidedCode; readonly keep: SignedFacts | undefined };

export function toRefusal(code: InvalidCode | UndecidedCode, keep?: SignedFacts): Refusal {
  return isUndecided(code) ? { kind: 'undecided', code, keep } : { kind: 'invalid', code, keep };
}

function isUndecided(code: InvalidCode | UndecidedCode): code is UndecidedCode {
  return (UNDECIDED_CODES as readonly string[]).includes(code);
}
