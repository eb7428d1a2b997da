import type { ErrorCode } from '../domain/error-codes.js';

/**
 * The status of each code when it is the whole answer. 503 is PostgreSQL's alone: nothing was accepted. An order that is
 * in the ledger and not granted yet is 202, whatever it waits for.
 */
export const HTTP_STATUS = {
  REQUEST_MALFORMED: 400,
  REQUEST_TOO_LARGE: 413,
  REQUEST_TIMEOUT: 408,
  ROUTE_NOT_FOUND: 404,
  CREDENTIALS_MISSING: 401,
  CREDENTIALS_INVALID: 401,
  ISSUER_UNAVAILABLE: 502,
  CALLER_NOT_ALLOWED: 403,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  LEDGER_UNAVAILABLE: 503,
  PURCHASE_NOT_FOUND: 404,
  ACCOUNT_REQUIRED: 400,

  JWS_MALFORMED: 400,
  JWS_HEADER_REFUSED: 422,
  JWS_CHAIN_INVALID: 422,
  JWS_CERTIFICATE_NOT_FOR_PURCHASES: 422,
  JWS_SIGNATURE_INVALID: 422,
  WRONG_DOCUMENT: 422,
  JWS_CERTIFICATE_EXPIRED: 409,
  CLOCK_OR_CERTIFICATE_EARLY: 409,
  CERTIFICATE_REVOKED: 409,
  REVOCATION_UNKNOWN: 409,
  PAYLOAD_UNREADABLE: 422,
  NOT_COMPLETED: 202,
  APPLICATION_UNKNOWN: 422,
  ENVIRONMENT_UNKNOWN: 422,
  APPLICATION_NOT_ALLOWED: 403,

  PENDING: 202,
  ORDER_ID_CONFLICT: 409,
  OWNED_BY_ANOTHER_ACCOUNT: 409,
  PURCHASE_REVOKED: 409,
  PURCHASE_REFUSED: 409,

  // A purchase intent is refused with these two; a purchase is parked for them and answered 202.
  PRODUCT_UNKNOWN: 422,
  SUBSCRIPTION_UNSUPPORTED: 422,
  PRODUCT_TYPE_MISMATCH: 202,
  PAYLOAD_UNEXPECTED: 202,
  AMOUNT_TOO_LARGE: 202,
  OWNER_UNKNOWN: 202,
  FINISHED_ELSEWHERE: 202,
  BEFORE_ADOPTION: 202,
  // Thrown, these two are about our own set-up: a purchase that meets them is parked.
  EVIDENCE_KEY_MISSING: 500,
  EVIDENCE_INVALID: 500,

  BALANCE_TOO_LOW: 409,
  IDEMPOTENCY_KEY_REUSED: 422,

  PARK_NUMBER_STALE: 409,
  NOT_PARKED: 409,
  RELEASE_IMPOSSIBLE: 409,
  ALREADY_OWNED: 409,
  ENGINE_UNAVAILABLE: 502,
  ACCOUNT_UNKNOWN: 404,
  API_KEY_UNKNOWN: 404,
  CATALOGUE_INVALID: 422,
  CONFIGURATION_INVALID: 500,
  SCHEMA_TOO_OLD: 503,
  SCHEMA_TOO_NEW: 503,
  DURABILITY_NOT_PROMISED: 503,
} as const satisfies Record<ErrorCode, number>;

/** Where we know how much later the same request is worth repeating; sent as Retry-After. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  PENDING: 2,
  NOT_COMPLETED: 30,
  PRODUCT_UNKNOWN: 60,
  REVOCATION_UNKNOWN: 60,
  RATE_LIMITED: 1,
  LEDGER_UNAVAILABLE: 5,
  ISSUER_UNAVAILABLE: 5,
  ENGINE_UNAVAILABLE: 5,
  INTERNAL_ERROR: 5,
  SCHEMA_TOO_OLD: 5,
  SCHEMA_TOO_NEW: 5,
};

/** A parked order waits for a person: asking more often than this makes nobody faster. */
const PARKED_RETRY_AFTER_SECONDS = 300;

export function findRetryAfterSeconds(code: ErrorCode): number | undefined {
  return RETRY_AFTER_SECONDS[code];
}

export function toPendingRetryAfterSeconds(code: ErrorCode): number {
  return RETRY_AFTER_SECONDS[code] ?? PARKED_RETRY_AFTER_SECONDS;
}
