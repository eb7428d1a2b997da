import { toHex } from './hex';
import { refuseUnless, type VerificationCode, VerificationError } from './verification-error';

export type Curve = 'P-256' | 'P-384';
export type EcdsaHash = 'SHA-256' | 'SHA-384';

/** Bytes of each number of a curve's signatures. */
export const NUMBER_BYTES: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48 };

export interface EcdsaCheck {
  readonly curve: Curve;
  readonly hash: EcdsaHash;
  /** DER of a SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  /** r and s one after the other; `toDerSignature` makes the form that a device's crypto kit takes. */
  readonly signature: Uint8Array;
}

/**
 * All the cryptography that the verifier asks for. Bytes may be a view into a larger buffer. A call that rejects proves
 * nothing, for or against the evidence.
 */
export interface VerifierCrypto {
  sha256(data: Uint8Array): Promise<Uint8Array>;
  verifyEcdsa(check: EcdsaCheck): Promise<boolean>;
}

/** @throws {VerificationError} `CRYPTO_FAILED`, `code` */
export async function checkSignature(crypto: VerifierCrypto, check: EcdsaCheck, code: VerificationCode): Promise<void> {
  const half = NUMBER_BYTES[check.curve];
  refuseUnless(check.signature.length === 2 * half, code);
  // No signature has a zero in it, and not every crypto library has always known (CVE-2022-21449).
  const isZero = (number: Uint8Array) => number.every((byte) => byte === 0);
  refuseUnless(!isZero(check.signature.subarray(0, half)) && !isZero(check.signature.subarray(half)), code);
  refuseUnless(await orFailed(() => crypto.verifyEcdsa(check)), code);
}

/** In lower-case hex. @throws {VerificationError} `CRYPTO_FAILED` */
export async function fingerprintOf(crypto: VerifierCrypto, data: Uint8Array): Promise<string> {
  return toHex(await orFailed(() => crypto.sha256(data)));
}

async function orFailed<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch {
    throw new VerificationError('CRYPTO_FAILED');
  }
}
