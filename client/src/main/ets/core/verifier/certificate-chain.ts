import { decodeBase64 } from './base64';
import { type Certificate, readCertificate } from './certificate';
import { readUses } from './certificate-uses';
import { DerError } from './der';
import { fromDerSignature } from './ecdsa-signature';
import { toHex } from './hex';
import { refuseUnless, type VerificationCode, VerificationError } from './verification-error';
import { checkSignature, fingerprintOf, NUMBER_BYTES, type VerifierCrypto } from './verifier-crypto';

export interface CertificateChain {
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  readonly root: Certificate;
}

/** @throws {VerificationError} unless x5c is exactly leaf, intermediate and root */
export function readCertificateChain(x5c: readonly string[]): CertificateChain {
  refuseUnless(x5c.length === 3, 'CHAIN_LENGTH');
  const [leaf, intermediate, root] = x5c.map((entry) => orRefused('CHAIN_MALFORMED', () => readCertificate(decodeBase64(entry))));
  refuseUnless(leaf !== undefined && intermediate !== undefined && root !== undefined, 'CHAIN_LENGTH');
  return { leaf, intermediate, root };
}

/**
 * Judges all but the time, from the pinned root down, so that no key is used before it is known whose it is.
 * @throws {VerificationError} the first rule that is broken
 */
export async function checkCertificateChain(
  { leaf, intermediate, root }: CertificateChain,
  trustedRoots: readonly string[],
  crypto: VerifierCrypto,
): Promise<void> {
  refuseUnless(trustedRoots.includes(await fingerprintOf(crypto, root.der)), 'CHAIN_ROOT_UNKNOWN');
  checkAuthority(root, 1);
  await checkIssued(intermediate, root, crypto);
  checkAuthority(intermediate, 0);
  await checkIssued(leaf, intermediate, crypto);
  checkLeaf(leaf);
}

/** @throws {VerificationError} `CHAIN_TIME` unless each certificate was alive then */
export function checkLifetimes({ leaf, intermediate, root }: CertificateChain, atMs: number): void {
  const wasAlive = ({ notBeforeMs, notAfterMs }: Certificate) => notBeforeMs <= atMs && atMs <= notAfterMs;
  refuseUnless([leaf, intermediate, root].every(wasAlive), 'CHAIN_TIME');
}

/** DER of a name with nothing in it. */
const EMPTY_NAME = '3000';

function checkAuthority(certificate: Certificate, authoritiesBelow: number): void {
  const { isAuthority, pathLength, mayCertify, isForPurchases } = orRefused('CHAIN_MALFORMED', () => readUses(certificate));
  refuseUnless(isAuthority, 'CHAIN_AUTHORITY');
  refuseUnless(mayCertify, 'CHAIN_KEY_USAGE');
  refuseUnless(pathLength === undefined || pathLength >= authoritiesBelow, 'CHAIN_PATH_LENGTH');
  // What signs purchases signs no certificates.
  refuseUnless(!isForPurchases, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES');
  refuseUnless(toHex(certificate.subject) !== EMPTY_NAME, 'CHAIN_NAMES');
}

function checkLeaf(leaf: Certificate): void {
  const { isAuthority, maySign, mayCertify, isForPurchases } = orRefused('CHAIN_MALFORMED', () => readUses(leaf));
  refuseUnless(!isAuthority, 'CHAIN_AUTHORITY');
  refuseUnless(maySign && !mayCertify, 'CHAIN_KEY_USAGE');
  refuseUnless(leaf.curve === 'P-256', 'CHAIN_LEAF_KEY');
  refuseUnless(isForPurchases, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES');
}

/** @throws {VerificationError} */
async function checkIssued({ issuer, signed, hash, signature }: Certificate, by: Certificate, crypto: VerifierCrypto): Promise<void> {
  refuseUnless(toHex(issuer) === toHex(by.subject), 'CHAIN_NAMES');
  const { curve, publicKey } = by;
  const numbers = orRefused('CHAIN_SIGNATURE', () => fromDerSignature(signature, NUMBER_BYTES[curve]));
  await checkSignature(crypto, { curve, hash, publicKey, message: signed, signature: numbers }, 'CHAIN_SIGNATURE');
}

function orRefused<T>(code: VerificationCode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError || error instanceof RangeError) throw new VerificationError(code);
    throw error;
  }
}
