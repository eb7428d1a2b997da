import { type Certificate, readCertificate } from './certificate.js';
import { verifyCertificatePath } from './certificate-path.js';
import { CheckFailure, type Passed } from './checks.js';

/** Marks the certificates that sign purchases: the same root signs certificates for other uses too. */
const PURCHASES_OID = '1.3.6.1.4.1.2011.2.415.1.1';

export interface HuaweiChain {
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  readonly root: Certificate;
}

/** @throws {CheckFailure} `JWS_CHAIN_INVALID` unless x5c is exactly leaf, intermediate and root. */
export function readHuaweiChain(x5c: readonly string[]): Passed<HuaweiChain> {
  if (x5c.length !== 3) throw new CheckFailure('JWS_CHAIN_INVALID', `${x5c.length} certificates instead of 3`);
  const [leaf, intermediate, root] = x5c.map(readEntry);
  if (!leaf || !intermediate || !root) throw new CheckFailure('JWS_CHAIN_INVALID', 'an entry is not base64 of a certificate');
  const seen = [leaf, intermediate, root].map(({ subject }) => subject).join(' < ');
  const facts = { leaf: toFacts(leaf), intermediate: toFacts(intermediate), root: toFacts(root) };
  return { value: { leaf, intermediate, root }, seen, facts };
}

function toFacts({ subject, serialNumber, notBefore, notAfter, fingerprint }: Certificate): Readonly<Record<string, string>> {
  return { subject, serialNumber, notBefore: toTime(notBefore), notAfter: toTime(notAfter), fingerprint };
}

function toTime(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString();
}

export interface ValidInterval {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The time that all three are valid at. */
export function toCommonInterval(chain: HuaweiChain): ValidInterval {
  const all = [chain.leaf, chain.intermediate, chain.root];
  return {
    notBefore: new Date(Math.max(...all.map(({ notBefore }) => notBefore.getTime()))),
    notAfter: new Date(Math.min(...all.map(({ notAfter }) => notAfter.getTime()))),
  };
}

function readEntry(entry: string): Certificate | undefined {
  const der = Buffer.from(entry, 'base64');
  if (der.length === 0 || der.toString('base64') !== entry) return undefined;
  try {
    return readCertificate(der);
  } catch {
    return undefined;
  }
}

/** @throws {CheckFailure} `JWS_CHAIN_INVALID` */
export function checkRootPinned({ root }: HuaweiChain, trustedRoots: ReadonlySet<string>): Passed<undefined> {
  const seen = `SHA-256 ${root.fingerprint}`;
  if (!trustedRoots.has(root.fingerprint)) throw new CheckFailure('JWS_CHAIN_INVALID', `${seen} is not a trusted root`);
  return { value: undefined, seen };
}

/** @throws {CheckFailure} `JWS_CHAIN_INVALID` */
export async function checkHuaweiPath({ leaf, intermediate, root }: HuaweiChain, at: Date): Promise<Passed<undefined>> {
  const given = { trustedRoots: [root], intermediates: [intermediate], leaf, at };
  const result = await verifyCertificatePath({ ...given, judgedByCaller: [PURCHASES_OID] });
  if (!result.ok) throw new CheckFailure('JWS_CHAIN_INVALID', result.fault);
  // The general procedure takes any way to the root; the store's has all three.
  if (result.path.length !== 3) throw new CheckFailure('JWS_CHAIN_INVALID', 'the intermediate is not on the path');
  const { notBefore, notAfter } = toCommonInterval({ leaf, intermediate, root });
  const facts = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  return { value: undefined, seen: `names, signatures and constraints hold, from ${facts.notBefore} to ${facts.notAfter}`, facts };
}

/** @throws {CheckFailure} `JWS_CHAIN_INVALID` */
export function checkLeaf({ leaf }: HuaweiChain): Passed<undefined> {
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  const curve = asymmetricKeyDetails?.namedCurve;
  if (asymmetricKeyType !== 'ec' || curve !== 'prime256v1') throw new CheckFailure('JWS_CHAIN_INVALID', 'the leaf’s key is not P-256');
  if (leaf.isAuthority) throw new CheckFailure('JWS_CHAIN_INVALID', 'the leaf is a certificate authority');
  if (leaf.keyUsages?.has('digitalSignature') !== true) throw new CheckFailure('JWS_CHAIN_INVALID', 'the leaf may not sign');
  return { value: undefined, seen: 'P-256 key, digitalSignature, no authority' };
}

/** @throws {CheckFailure} `JWS_CERTIFICATE_NOT_FOR_PURCHASES` */
export function checkPurpose({ leaf }: HuaweiChain): Passed<undefined> {
  const mark = leaf.extensions.find(({ oid }) => oid === PURCHASES_OID);
  if (mark === undefined) throw new CheckFailure('JWS_CERTIFICATE_NOT_FOR_PURCHASES', `the leaf lacks ${PURCHASES_OID}`);
  if (mark.critical) throw new CheckFailure('JWS_CERTIFICATE_NOT_FOR_PURCHASES', `the leaf has ${PURCHASES_OID} as critical`);
  return { value: undefined, seen: `the leaf has ${PURCHASES_OID}, non-critical`, facts: { oid: PURCHASES_OID } };
}
