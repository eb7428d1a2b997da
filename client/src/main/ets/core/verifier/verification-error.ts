/** Why an order is not taken. The server's codes, but its JWS_CHAIN_INVALID tells here which rule of the chain broke. */
export type VerificationCode =
  | '' // Valid.
  | 'JWS_MALFORMED'
  | 'JWS_HEADER_REFUSED'
  | 'CHAIN_LENGTH' // Not leaf, intermediate and root.
  | 'CHAIN_MALFORMED' // Not the strict DER of a certificate.
  | 'CHAIN_ROOT_UNKNOWN'
  | 'CHAIN_NAMES' // The issuer is named otherwise.
  | 'CHAIN_ALGORITHM' // A key or a signature that Huawei's chain has no use for.
  | 'CHAIN_SIGNATURE'
  | 'CHAIN_AUTHORITY' // An issuer that is no authority, or a leaf that is one.
  | 'CHAIN_PATH_LENGTH'
  | 'CHAIN_KEY_USAGE'
  | 'CHAIN_EXTENSION_UNKNOWN' // And critical.
  | 'CHAIN_EXTENSION_TWICE'
  | 'CHAIN_LEAF_KEY' // Not P-256.
  | 'CHAIN_TIME' // Signed outside a certificate's life.
  | 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'
  | 'JWS_SIGNATURE_INVALID'
  | 'WRONG_DOCUMENT'
  | 'WRONG_APPLICATION'
  | 'WRONG_ENVIRONMENT'
  | 'PAYLOAD_UNREADABLE' // The store signed it, and this version cannot place it.
  | 'PAYLOAD_UNEXPECTED' // The same, over one value.
  | 'CRYPTO_FAILED'; // The device's crypto gave no answer.

/** The first rule that the evidence breaks. Stays inside the verifier, whose verdict says it. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: VerificationCode;

  constructor(code: VerificationCode) {
    super(code);
    this.code = code;
  }
}

export function refuseUnless(holds: boolean, code: VerificationCode): asserts holds {
  if (!holds) throw new VerificationError(code);
}
