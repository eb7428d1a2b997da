import type { BodyExtension, CertificateBody } from './certificate-body.js';
import { type CertificateExtensions, OID } from './certificate-extensions.js';
import { isIpOctets } from './name-subtrees.js';

/** Version 3, counted from 0. */
const VERSION_3 = 2;
const SERIAL_NUMBER_OCTETS_MAX = 20;
/** DER of an empty SEQUENCE. */
const EMPTY_NAME_BYTES = 2;

/** "Conforming CAs MUST mark this extension as non-critical." */
const NEVER_CRITICAL: readonly string[] = [
  OID.authorityKeyId,
  OID.subjectKeyId,
  OID.subjectDirectoryAttributes,
  OID.freshestCrl,
  OID.authorityInfoAccess,
  OID.subjectInfoAccess,
];
/** "Conforming CAs MUST mark this extension as critical." */
const ALWAYS_CRITICAL: readonly string[] = [OID.nameConstraints, OID.policyConstraints, OID.inhibitAnyPolicy];

/**
 * What RFC 5280 §4 demands of a certificate wherever on a path it stands: why it is none of that profile, undefined
 * where it is. Roots are held to it as well: the profile makes no difference.
 */
export function findProfileFault(body: CertificateBody, extensions: CertificateExtensions): string | undefined {
  return findBodyFault(body) ?? findListFault(body.extensions) ?? findNamesFault(body, extensions) ?? findRoleFault(body, extensions);
}

function findBodyFault({ version, hasOneAlgorithm, hasProperTimes, serialNumber, issuer }: CertificateBody): string | undefined {
  if (version !== VERSION_3) return `is of version ${version + 1}`;
  if (!hasOneAlgorithm) return 'names two signature algorithms';
  if (!hasProperTimes) return 'has a validity in a form that is none';
  if (issuer.length === EMPTY_NAME_BYTES) return 'names no issuer';
  return findSerialNumberFault(serialNumber);
}

/** A zero in front only says that the number is positive. */
function findSerialNumberFault(octets: Buffer): string | undefined {
  const [first = 0] = octets;
  if (first >= 0x80 || octets.every((octet) => octet === 0)) return 'has a serial number that is not positive';
  return octets.length - (first === 0 ? 1 : 0) > SERIAL_NUMBER_OCTETS_MAX ? 'has an overlong serial number' : undefined;
}

function findListFault(extensions: readonly BodyExtension[]): string | undefined {
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length) return 'has an extension twice';
  const misplaced = extensions.find(({ oid, critical }) => (critical ? NEVER_CRITICAL : ALWAYS_CRITICAL).includes(oid));
  return misplaced && `has the extension ${misplaced.oid} as ${misplaced.critical ? 'critical' : 'non-critical'}`;
}

function findNamesFault({ subject, extensions }: CertificateBody, { isAuthority, altNames }: CertificateExtensions): string | undefined {
  const isAltNameCritical = extensions.some(({ oid, critical }) => oid === OID.subjectAltName && critical);
  if (subject.length === EMPTY_NAME_BYTES && isAuthority) return 'is an authority without a name';
  if (subject.length === EMPTY_NAME_BYTES && !isAltNameCritical) return 'has no subject, and no critical alternative';
  return altNames.some((name) => name.kind === 'ip' && !isIpOctets(name.octets)) ? 'has an address that is none' : undefined;
}

function findRoleFault(body: CertificateBody, extensions: CertificateExtensions): string | undefined {
  const { isAuthority, pathLength, keyUsages, extendedKeyUsages, nameConstraints, subjectKeyId, authorityKeyId } = extensions;
  if (keyUsages?.size === 0 || extendedKeyUsages?.size === 0) return 'has a list of usages without one';
  // Left out altogether it may be, by a certificate that its own key signs: the path has the keys, and sees to it.
  if (authorityKeyId === undefined && hasExtension(body, OID.authorityKeyId)) return 'does not identify its issuer’s key';
  if (!isAuthority) {
    if (keyUsages?.has('keyCertSign') === true) return 'may sign certificates without being an authority';
    return pathLength !== undefined || nameConstraints !== undefined ? 'limits a path without being an authority' : undefined;
  }
  if (subjectKeyId === undefined) return 'is an authority that does not identify its key';
  if (!body.extensions.some(({ oid, critical }) => oid === OID.basicConstraints && critical)) return 'is an authority, but not critically';
  return pathLength !== undefined && keyUsages?.has('keyCertSign') === false ? 'limits a path that it may not sign' : undefined;
}

function hasExtension({ extensions }: CertificateBody, oid: string): boolean {
  return extensions.some((extension) => extension.oid === oid);
}
