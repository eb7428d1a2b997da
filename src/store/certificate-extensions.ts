import type { BodyExtension } from './certificate-body.js';
import { constructed, DER, listDer, listWithin, primitive, readBoolean, readDer, readOid } from './der.js';
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.js';
import { type NameConstraints, readNameConstraints } from './name-constraints.js';

export const OID = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyId: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  subjectDirectoryAttributes: '2.5.29.9',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
} as const;

/** RFC 5280 §4.2.1.12; a path is asked for any of these by its OID. */
export const EXTENDED_KEY_USAGES = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** What a certificate says in extensions, each undefined where it says nothing. */
export interface CertificateExtensions {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  /** Undefined: the certificate does not limit the use of its key. */
  readonly keyUsages: ReadonlySet<KeyUsage> | undefined;
  readonly extendedKeyUsages: ReadonlySet<string> | undefined;
  readonly subjectKeyId: Buffer | undefined;
  /** Undefined too where the issuer's key is identified in another way alone. */
  readonly authorityKeyId: Buffer | undefined;
  readonly altNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
}

/** In the order of their bits. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/**
 * The first of each kind; that none stands twice is for the profile to say.
 * @throws {RangeError} where one that we judge by cannot be read
 */
export function readCertificateExtensions(extensions: readonly BodyExtension[]): CertificateExtensions {
  const read = <T>(oid: string, reader: (der: Buffer) => T): T | undefined => {
    const found = extensions.find((extension) => extension.oid === oid);
    return found && reader(found.value);
  };
  const constraints = read(OID.basicConstraints, readBasicConstraints);
  read(OID.authorityInfoAccess, checkInfoAccess);
  read(OID.subjectInfoAccess, checkInfoAccess);
  return {
    isAuthority: constraints?.isAuthority ?? false,
    pathLength: constraints?.pathLength,
    keyUsages: read(OID.keyUsage, readKeyUsages),
    extendedKeyUsages: read(OID.extendedKeyUsage, readExtendedKeyUsages),
    subjectKeyId: read(OID.subjectKeyId, (der) => readDer(der, DER.octetString).content),
    authorityKeyId: read(OID.authorityKeyId, readAuthorityKeyId),
    altNames: read(OID.subjectAltName, readGeneralNames) ?? [],
    nameConstraints: read(OID.nameConstraints, readNameConstraints),
  };
}

function readBasicConstraints(der: Buffer): { readonly isAuthority: boolean; readonly pathLength: number | undefined } {
  const fields = listWithin(readDer(der), DER.sequence);
  const flag = fields[0]?.tag === DER.boolean ? fields.shift() : undefined;
  const [length, ...others] = fields;
  if (others.length > 0 || (length !== undefined && length.tag !== DER.integer)) throw new RangeError('not BasicConstraints');
  return { isAuthority: flag !== undefined && readBoolean(flag), pathLength: length && readPathLength(length.content) };
}

/** A number that takes more than six octets limits nothing that there is. */
function readPathLength(content: Buffer): number {
  const [first] = content;
  if (first === undefined || first >= 0x80 || content.length > 6) throw new RangeError('not a path length');
  return content.readUIntBE(0, content.length);
}

function readKeyUsages(der: Buffer): ReadonlySet<KeyUsage> {
  const [unusedBits = 0, ...octets] = readDer(der, DER.bitString).content;
  if (unusedBits > 7) throw new RangeError('not a BIT STRING');
  const isSet = (bit: number) => (((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0;
  return new Set(KEY_USAGES.filter((_, bit) => isSet(bit)));
}

function readExtendedKeyUsages(der: Buffer): ReadonlySet<string> {
  return new Set(listWithin(readDer(der), DER.sequence).map(readOid));
}

function readAuthorityKeyId(der: Buffer): Buffer | undefined {
  const fields = listWithin(readDer(der), DER.sequence);
  const known = [primitive(0), constructed(1), primitive(2)];
  if (fields.some(({ tag }) => !known.includes(tag))) throw new RangeError('not an AuthorityKeyIdentifier');
  const [, issuer, serialNumber] = known.map((tag) => fields.find((field) => field.tag === tag));
  if ((issuer === undefined) !== (serialNumber === undefined)) throw new RangeError('half an issuer and serial number');
  for (const name of issuer === undefined ? [] : listDer(issuer.content)) readGeneralName(name);
  return fields.find(({ tag }) => tag === primitive(0))?.content;
}

/** Nothing is fetched from where it points; that it points somewhere is the profile's. */
function checkInfoAccess(der: Buffer): void {
  const places = listWithin(readDer(der), DER.sequence);
  if (places.length === 0) throw new RangeError('an empty access description');
  for (const place of places) {
    const [method, location, ...others] = listWithin(place, DER.sequence);
    if (location === undefined || others.length > 0) throw new RangeError('not an access description');
    readOid(method);
    readGeneralName(location);
  }
}
