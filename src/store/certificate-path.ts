import type { Certificate } from './certificate.js';

export interface CertificatePathInput {
  readonly trustedRoots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly leaf: Certificate;
  /** The moment that every validity window is judged at. */
  readonly at: Date;
  /** Extensions that the caller judges itself, so that they may be critical here. */
  readonly judgedByCaller?: readonly string[];
}

export type CertificatePath =
  | { readonly ok: true; readonly path: readonly Certificate[] }
  /** Why the most promising way ended, for a human. */
  | { readonly ok: false; readonly fault: string };

/** Huawei's path has one intermediate; more than this is somebody's experiment. */
const INTERMEDIATES_MAX = 8;
/** Certificates with one name and one key make exponentially many ways (x509-limbo, "pathological"). */
const SIGNATURES_TRIED_MAX = 32;

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
/** What this procedure acts upon. Any other extension that calls itself critical asks for more than we do. */
const PROCESSED_EXTENSIONS = [BASIC_CONSTRAINTS, KEY_USAGE];

/** RFC 5280 §4.1.2.2: 20 octets, in hex. */
const SERIAL_NUMBER_DIGITS_MAX = 40;

interface Search extends CertificatePathInput {
  signaturesTried: number;
}

/** Finds a way from the leaf to a trusted root on which names, signatures, windows and constraints all hold. */
export async function verifyCertificatePath(input: CertificatePathInput): Promise<CertificatePath> {
  const fault = findOwnFault(input.leaf, input);
  return fault === undefined ? extendPath({ ...input, signaturesTried: 0 }, [input.leaf]) : { ok: false, fault };
}

async function extendPath(search: Search, path: readonly [Certificate, ...Certificate[]]): Promise<CertificatePath> {
  const [, ...authorities] = path;
  const last = authorities.at(-1) ?? path[0];
  let fault = `no issuer found for ${last.subject}`;
  for (const { issuer, isRoot } of listIssuers(search, last, path)) {
    const issuerFault = await findIssuerFault(search, { issuer, subject: last, authorities });
    if (issuerFault !== undefined) {
      fault = issuerFault;
      continue;
    }
    if (isRoot) return { ok: true, path: [...path, issuer] };
    const found = await extendPath(search, [...path, issuer]);
    if (found.ok) return found;
    fault = found.fault;
  }
  return { ok: false, fault };
}

function listIssuers(search: Search, subject: Certificate, path: readonly Certificate[]): { issuer: Certificate; isRoot: boolean }[] {
  const isNamed = (issuer: Certificate) => issuer.subjectName.equals(subject.issuerName);
  const isNew = (issuer: Certificate) => !path.some(({ fingerprint }) => fingerprint === issuer.fingerprint);
  const roots = search.trustedRoots.filter(isNamed).map((issuer) => ({ issuer, isRoot: true }));
  if (path.length > INTERMEDIATES_MAX) return roots;
  const others = search.intermediates.filter((issuer) => isNamed(issuer) && isNew(issuer));
  return [...roots, ...others.map((issuer) => ({ issuer, isRoot: false }))];
}

interface Link {
  readonly issuer: Certificate;
  readonly subject: Certificate;
  /** The authorities already on the path, between the leaf and this issuer. */
  readonly authorities: readonly Certificate[];
}

async function findIssuerFault(search: Search, { issuer, subject, authorities }: Link): Promise<string | undefined> {
  const own = findOwnFault(issuer, search);
  if (own !== undefined) return own;
  if (issuer.subjectName.length === EMPTY_NAME_BYTES) return 'an issuer without a name';
  if (!issuer.isAuthority) return `${issuer.subject} is not a certificate authority`;
  if (issuer.keyUsages !== undefined && !issuer.keyUsages.has('keyCertSign')) return `${issuer.subject} may not sign certificates`;
  const counted = authorities.filter(({ subjectName, issuerName }) => !subjectName.equals(issuerName));
  if (issuer.pathLength !== undefined && counted.length > issuer.pathLength) return `the path below ${issuer.subject} is too long`;
  search.signaturesTried += 1;
  if (search.signaturesTried > SIGNATURES_TRIED_MAX) return 'too many ways to try';
  return (await subject.isSignedBy(issuer)) ? undefined : `${subject.subject} is not signed by ${issuer.subject}`;
}

/** DER of an empty SEQUENCE. */
const EMPTY_NAME_BYTES = 2;

function findOwnFault(certificate: Certificate, { at, judgedByCaller = [] }: CertificatePathInput): string | undefined {
  const { subject, notBefore, notAfter, extensions } = certificate;
  // Written so that a date which is no date is outside every window.
  if (!(notBefore <= at && at <= notAfter)) return `${subject} is not valid at ${toText(at)}`;
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length) return `${subject} has an extension twice`;
  const processed = [...PROCESSED_EXTENSIONS, ...judgedByCaller];
  const unknown = extensions.find(({ oid, critical }) => critical && !processed.includes(oid));
  if (unknown !== undefined) return `${subject} has the critical extension ${unknown.oid}, which is unknown here`;
  if (certificate.keyUsages?.has('keyCertSign') === true && !certificate.isAuthority) {
    return `${subject} may sign certificates without being an authority`;
  }
  return certificate.serialNumber.length > SERIAL_NUMBER_DIGITS_MAX ? `${subject} has an overlong serial number` : undefined;
}

function toText(at: Date): string {
  return Number.isNaN(at.getTime()) ? 'no time' : at.toISOString();
}
