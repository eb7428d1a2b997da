import { EXTENDED_KEY_USAGES, OID } from './certificate-extensions.js';
import type { Certificate } from './certificate.js';
import type { GeneralName } from './general-name.js';
import { type ComparisonBudget, findNameFault } from './name-constraints.js';
import { judgeRevocation, type Revocation, type RevocationJudgement } from './revocation.js';

export interface CertificatePathInput {
  readonly trustedRoots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly leaf: Certificate;
  /** The moment that every validity window is judged at, to the second: no certificate is more exact. */
  readonly at: Date;
  /** Absent: no list is looked at. */
  readonly revocation?: Revocation;
  readonly limits?: Partial<PathLimits>;
  /** Extensions that the caller judges itself, so that they may be critical here. */
  readonly judgedByCaller?: readonly string[];
  /** OIDs that every certificate which limits its purposes has to name. */
  readonly purposes?: readonly string[];
}

export interface PathLimits {
  /** From the leaf to the root, both counted. */
  readonly pathCertificates: number;
  /** Those between leaf and root that do not only carry an authority over to another key of its own. */
  readonly intermediates: number;
  readonly givenCertificates: number;
  /** Of certificates and of revocation lists, on every way that is tried. */
  readonly signatureChecks: number;
  /** Of names with constraints. */
  readonly nameComparisons: number;
}

/**
 * Certificates of one name and one key make exponentially many ways, and names by the thousand under constraints by the
 * thousand as many comparisons (x509-limbo, "pathological"). The path that we know has three certificates.
 */
const LIMITS: PathLimits = {
  pathCertificates: 8,
  intermediates: 6,
  givenCertificates: 128,
  signatureChecks: 16,
  nameComparisons: 100_000,
};

export type CertificatePath =
  | {
      readonly ok: true;
      readonly path: readonly Certificate[];
      readonly revocation: RevocationJudgement | undefined;
      readonly signatureChecks: number;
    }
  | {
      readonly ok: false;
      /** Why the most promising way ended, for a human. */
      readonly fault: string;
      /** Set where a path is good but for its revocation lists. */
      readonly revocation: RevocationJudgement | undefined;
      readonly signatureChecks: number;
    };

/**
 * What this procedure acts upon. Any other extension that calls itself critical asks for more than we do. No policy is
 * asked for here, so that none of those that a certificate lists can be missing.
 */
const PROCESSED: readonly string[] = [OID.basicConstraints, OID.keyUsage, OID.subjectAltName, OID.nameConstraints, OID.certificatePolicies];

const TOO_MANY_WAYS = 'too many ways to try';

type Path = readonly [Certificate, ...Certificate[]];

interface Search extends CertificatePathInput {
  readonly limits: PathLimits;
  readonly budget: ComparisonBudget;
  readonly purposes: readonly string[];
  readonly processed: readonly string[];
  signatureChecks: number;
  revocationFault: RevocationJudgement | undefined;
}

/** What a way came to: a whole path, or why it ended. */
type Way = { readonly path: Path; readonly revocation: RevocationJudgement | undefined } | { readonly fault: string };

/** Finds a way from the leaf to a trusted root on which names, signatures, windows, constraints and lists all hold. */
export async function verifyCertificatePath(input: CertificatePathInput): Promise<CertificatePath> {
  const search = createSearch(input);
  const way = await startPath(search);
  const { signatureChecks, revocationFault } = search;
  if ('path' in way) return { ok: true, ...way, signatureChecks };
  // Where one path is good but for its lists, what ailed the others is of no interest.
  return { ok: false, fault: revocationFault?.seen ?? way.fault, revocation: revocationFault, signatureChecks };
}

function createSearch(input: CertificatePathInput): Search {
  const limits = { ...LIMITS, ...input.limits };
  const { purposes = [], judgedByCaller = [] } = input;
  return {
    ...input,
    limits,
    purposes,
    budget: { comparisonsLeft: limits.nameComparisons },
    // Where no purpose is asked for, nobody judges a critical list of them.
    processed: [...PROCESSED, ...(purposes.length > 0 ? [OID.extendedKeyUsage] : []), ...judgedByCaller],
    signatureChecks: 0,
    revocationFault: undefined,
  };
}

async function startPath(search: Search): Promise<Way> {
  const { trustedRoots, intermediates, leaf, limits } = search;
  if (trustedRoots.length + intermediates.length + 1 > limits.givenCertificates) return { fault: 'too many certificates' };
  const fault = findOwnFault(leaf, search) ?? findLeafPurposeFault(leaf, search) ?? (await findKeyIdFault(leaf, search));
  return fault === undefined ? extendPath(search, [leaf]) : { fault };
}

async function extendPath(search: Search, path: Path): Promise<Way> {
  const last = path.at(-1) ?? path[0];
  let fault = `no issuer found for ${last.subject}`;
  for (const { issuer, isRoot } of listIssuers(search, last, path)) {
    const issuerFault = await findIssuerFault(search, issuer, path);
    if (issuerFault !== undefined) {
      fault = issuerFault;
      continue;
    }
    const longer: Path = [...path, issuer];
    const way = await (isRoot ? endPath(search, longer) : extendPath(search, longer));
    if ('path' in way) return way;
    fault = way.fault;
  }
  return { fault };
}

async function endPath(search: Search, path: Path): Promise<Way> {
  const revocation = search.revocation && (await judgeRevocation(path, search.revocation, () => takeSignatureCheck(search)));
  if (revocation === undefined || revocation.status === 'good') return { path, revocation };
  search.revocationFault ??= revocation;
  return { fault: revocation.seen };
}

/** False once all that may be computed is. */
function takeSignatureCheck(search: Search): boolean {
  if (search.signatureChecks >= search.limits.signatureChecks) return false;
  search.signatureChecks += 1;
  return true;
}

/** By name and key identifier, before any signature is computed; trusted roots first. */
function listIssuers({ trustedRoots, intermediates, limits }: Search, subject: Certificate, path: Path) {
  const isFitting = (issuer: Certificate) => issuer.subjectName.equals(subject.issuerName) && isKeyNamed(subject, issuer);
  // A second certificate of one authority's one key leads nowhere that the first does not.
  const isNew = (issuer: Certificate) =>
    !path.some(({ subjectName, publicKey }) => subjectName.equals(issuer.subjectName) && publicKey.equals(issuer.publicKey));
  const hasRoom = path.length + 2 <= limits.pathCertificates;
  const roots = path.length < limits.pathCertificates ? trustedRoots.filter(isFitting) : [];
  const others = hasRoom ? intermediates.filter((issuer) => isFitting(issuer) && isNew(issuer)) : [];
  return [...roots.map((issuer) => ({ issuer, isRoot: true })), ...others.map((issuer) => ({ issuer, isRoot: false }))];
}

function isKeyNamed({ authorityKeyId }: Certificate, { subjectKeyId }: Certificate): boolean {
  return authorityKeyId === undefined || subjectKeyId === undefined || authorityKeyId.equals(subjectKeyId);
}

const isSelfIssued = ({ subjectName, issuerName }: Certificate): boolean => subjectName.equals(issuerName);

async function findIssuerFault(search: Search, issuer: Certificate, path: Path): Promise<string | undefined> {
  const fault = findOwnFault(issuer, search) ?? findAuthorityFault(issuer, path, search);
  if (fault !== undefined) return fault;
  const subject = path.at(-1) ?? path[0];
  if (!takeSignatureCheck(search)) return TOO_MANY_WAYS;
  if (!(await subject.isSignedBy(issuer))) return `${subject.subject} is not signed by ${issuer.subject}`;
  return findKeyIdFault(issuer, search);
}

/** Only what is signed by its own key may leave out whose key it is (RFC 5280 §4.2.1.1). */
async function findKeyIdFault(certificate: Certificate, search: Search): Promise<string | undefined> {
  if (certificate.authorityKeyId !== undefined) return undefined;
  if (!takeSignatureCheck(search)) return TOO_MANY_WAYS;
  return (await certificate.isSignedBy(certificate)) ? undefined : `${certificate.subject} does not identify its issuer’s key`;
}

function findAuthorityFault(issuer: Certificate, path: Path, { limits, budget }: Search): string | undefined {
  const { subject, isAuthority, keyUsages, pathLength = Infinity, nameConstraints } = issuer;
  const [leaf, ...authorities] = path;
  if (!isAuthority) return `${subject} is not a certificate authority`;
  if (keyUsages?.has('keyCertSign') !== true) return `${subject} may not sign certificates`;
  const counted = authorities.filter((authority) => !isSelfIssued(authority));
  if (counted.length > Math.min(pathLength, limits.intermediates)) return `the path below ${subject} is too long`;
  if (nameConstraints === undefined) return undefined;
  for (const below of [leaf, ...counted]) {
    const fault = findNameFault(listNames(below), nameConstraints, budget);
    if (fault !== undefined) return `${below.subject} has ${fault} below ${subject}`;
  }
  return undefined;
}

/** All that constraints apply to; an e-mail address in the subject only where it is not among the others. */
function listNames({ subjectPath, altNames }: Certificate): GeneralName[] {
  const hasEmail = altNames.some(({ kind }) => kind === 'email');
  const emails = hasEmail ? [] : subjectPath.flatMap((part) => part.emails);
  return [
    ...(subjectPath.length === 0 ? [] : [{ kind: 'directory' as const, name: subjectPath }]),
    ...emails.map((text) => ({ kind: 'email' as const, text })),
    ...altNames,
  ];
}

function findOwnFault(certificate: Certificate, { at, processed, purposes }: Search): string | undefined {
  const { subject, notBefore, notAfter, extensions, extendedKeyUsages: usages } = certificate;
  const second = Math.floor(at.getTime() / 1000) * 1000;
  // Written so that a date which is no date is outside every window.
  if (!(notBefore.getTime() <= second && second <= notAfter.getTime())) return `${subject} is not valid at ${toText(at)}`;
  if (certificate.fault !== undefined) return `${subject} ${certificate.fault}`;
  const unknown = extensions.find(({ oid, critical }) => critical && !processed.includes(oid));
  if (unknown !== undefined) return `${subject} has the critical extension ${unknown.oid}, which is unknown here`;
  if (usages === undefined || usages.has(EXTENDED_KEY_USAGES.anyExtendedKeyUsage)) return undefined;
  return purposes.every((purpose) => usages.has(purpose)) ? undefined : `${subject} is for another purpose`;
}

/** RFC 5280 §4.2.1.12 lets whoever asks for a purpose refuse a leaf that is for any; an authority's "any" is no limit. */
function findLeafPurposeFault({ subject, extendedKeyUsages: usages }: Certificate, { purposes }: Search): string | undefined {
  if (usages === undefined || purposes.every((purpose) => usages.has(purpose))) return undefined;
  return `${subject} is for no purpose in particular`;
}

function toText(at: Date): string {
  return Number.isNaN(at.getTime()) ? 'no time' : at.toISOString();
}
