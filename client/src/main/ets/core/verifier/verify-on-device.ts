import { checkCertificateChain, checkLifetimes, readCertificateChain } from './certificate-chain';
import { readCompactJws } from './compact-jws';
import { HUAWEI_ROOT_FINGERPRINTS } from './huawei-roots';
import { parseJson } from './json';
import { refuseUnless, type VerificationCode, VerificationError } from './verification-error';
import { readVerifiedOrder, type StoreEnvironment, type VerifiedOrder } from './verified-order';
import { checkSignature, type VerifierCrypto } from './verifier-crypto';

export interface DeviceVerifierOptions {
  readonly crypto: VerifierCrypto;
  /** The app's own APP ID: an order of any other app is signed just as well. */
  readonly applicationId: string;
  /** A shop that sells takes `NORMAL` alone; `SANDBOX` is for testing. */
  readonly environments: readonly StoreEnvironment[];
  /** SHA-256 fingerprints of the roots, in lower-case hex. @default Huawei's */
  readonly trustedRoots?: readonly string[];
}

export interface Verification {
  readonly kind: 'valid' | 'invalid' | 'cannot-tell';
  /** Why it is not valid. */
  readonly code: VerificationCode;
  /** Where it is valid. */
  readonly order?: VerifiedOrder;
}

/** Nothing was proved against these: a later version, or the same device later, may take them. */
const UNDECIDED: readonly VerificationCode[] = ['PAYLOAD_UNREADABLE', 'PAYLOAD_UNEXPECTED', 'CRYPTO_FAILED'];

/**
 * Whether the store signed this order for this app, decided on the device alone.
 *
 * 1. Never throws for what evidence or crypto can cause: the verdict says it.
 * 2. `invalid`: a rule is broken, and no repetition helps. `cannot-tell`: nothing was proved either way.
 * 3. Certificates are judged at the time of signing; the device's clock is nowhere looked at.
 * 4. A revoked order is valid evidence: of its revocation.
 */
export async function verifyOnDevice(jws: string, options: DeviceVerifierOptions): Promise<Verification> {
  try {
    return { kind: 'valid', code: '', order: await verify(jws, options) };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return { kind: UNDECIDED.includes(error.code) ? 'cannot-tell' : 'invalid', code: error.code };
  }
}

/** @throws {VerificationError} */
async function verify(jws: string, options: DeviceVerifierOptions): Promise<VerifiedOrder> {
  const { crypto, trustedRoots = HUAWEI_ROOT_FINGERPRINTS } = options;
  const { x5c, message, signature, payload } = readCompactJws(jws);
  const chain = readCertificateChain(x5c);
  await checkCertificateChain(chain, trustedRoots, crypto);
  const { publicKey } = chain.leaf;
  await checkSignature(crypto, { curve: 'P-256', hash: 'SHA-256', publicKey, message, signature }, 'JWS_SIGNATURE_INVALID');
  const order = readVerifiedOrder(parseJson(payload));
  checkLifetimes(chain, order.signedTime);
  refuseUnless(order.applicationId === options.applicationId, 'WRONG_APPLICATION');
  refuseUnless(options.environments.includes(order.environment), 'WRONG_ENVIRONMENT');
  return order;
}
