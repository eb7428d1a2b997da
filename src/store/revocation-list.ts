// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createHash, verify, type KeyObject } from 'node:crypto';
import { AuthorityKeyIdentifierExtension, X509Crl, type Extension, type X509CrlEntry } from '@peculiar/x509';
import { type Certificate, SIGNATURE_HASHES } from './certificate.js';
import { DER, listWithin, readDer } from './der.js';

/** One full revocation list (RFC 5280 §5), wholly read: nothing about it is parsed later, or can fail later. */
export interface RevocationList {
  readonly der: Buffer;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly issuer: string;
  /** DER of the name. */
  readonly issuerName: Buffer;
  /** Which of the issuer's keys signed it. */
  readonly authorityKeyId: Buffer;
  /** In hex; it only grows. */
  readonly number: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** By serial number, as `toSerialKey` writes it. */
  readonly revoked: ReadonlyMap<string, RevocationEntry>;
  /** Whether `issuer`'s key made this list's signature; says nothing else about either. */
  isSignedBy(issuer: Certificate): Promise<boolean>;
}

export interface RevocationEntry {
  readonly revokedAt: Date;
}

/** What a distribution point may send: a store's list has a few hundred bytes. */
export const REVOCATION_LIST_BYTES_MAX = 1024 * 1024;

const AUTHORITY_KEY_ID = '2.5.29.35';
const CRL_NUMBER = '2.5.29.20';
/** A delta to another list; a list of some certificates only, or of other issuers' certificates. */
const PARTIAL = ['2.5.29.27', '2.5.29.28'];
/** RFC 5280 §5.2.3: 20 octets. */
const NUMBER_OCTETS_MAX = 20;
const VERSION_2 = 1;

/**
 * Strict where a list could say less than it seems to: only full lists of version 2, with all that the RFC demands
 * (next update, number, key identifier), and without any critical extension, of the list or of an entry.
 * @throws {Error} where the bytes are anything else
 */
export function readRevocationList(der: Buffer): RevocationList {
  if (der.length > REVOCATION_LIST_BYTES_MAX) throw new RangeError('too large for a revocation list');
  readDer(der, DER.sequence);
  const crl = new X509Crl(new Uint8Array(der));
  if (Number(crl.version) !== VERSION_2) throw new TypeError('not a revocation list of version 2');
  const { thisUpdate, nextUpdate, issuer } = crl;
  if (nextUpdate === undefined) throw new TypeError('a revocation list that does not say how long it holds');
  // Bytes and key never change, nor does the answer.
  const signed = new WeakMap<KeyObject, boolean>();
  return {
    der,
    fingerprint: createHash('sha256').update(der).digest('hex'),
    issuer,
    issuerName: Buffer.from(crl.issuerName.toArrayBuffer()),
    ...readExtensions(crl.extensions),
    thisUpdate,
    nextUpdate,
    revoked: new Map(crl.entries.map(toEntry)),
    async isSignedBy({ publicKey }) {
      const answer = signed.get(publicKey) ?? tryIsSignedBy(der, crl, publicKey);
      signed.set(publicKey, answer);
      return answer;
    },
  };
}

/** Two spellings of one number, with and without leading zeros, are one number. */
export function toSerialKey(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^(?:00)+(?=..)/, '');
}

function readExtensions(extensions: readonly Extension[]): Pick<RevocationList, 'authorityKeyId' | 'number'> {
  const oids = extensions.map(({ type }) => type);
  if (new Set(oids).size !== oids.length) throw new TypeError('a revocation list with an extension twice');
  refuseCritical(extensions);
  if (oids.some((oid) => PARTIAL.includes(oid))) throw new TypeError('not a full revocation list');
  const number = extensions.find(({ type }) => type === CRL_NUMBER);
  const authority = extensions.find(({ type }) => type === AUTHORITY_KEY_ID);
  if (number === undefined || !(authority instanceof AuthorityKeyIdentifierExtension) || authority.keyId === undefined) {
    throw new TypeError('a revocation list without a number or a key identifier');
  }
  return { number: readNumber(Buffer.from(number.value)), authorityKeyId: Buffer.from(authority.keyId, 'hex') };
}

function readNumber(der: Buffer): string {
  const { content } = readDer(der, DER.integer);
  if (content.length > NUMBER_OCTETS_MAX || (content[0] ?? 0x80) >= 0x80) throw new RangeError('not the number of a revocation list');
  return content.toString('hex');
}

/** None of ours has to be critical, and any other asks for more than we do. */
function refuseCritical(extensions: readonly Extension[]): void {
  const critical = extensions.find((extension) => extension.critical);
  if (critical !== undefined) throw new TypeError(`a revocation list with the critical extension ${critical.type}`);
}

function toEntry({ serialNumber, revocationDate, extensions }: X509CrlEntry): [string, RevocationEntry] {
  refuseCritical(extensions);
  return [toSerialKey(serialNumber), { revokedAt: revocationDate }];
}

/** By OpenSSL, which takes a signature in one spelling alone; in the two forms that have no parameters. */
function isSignedBy(der: Buffer, { signatureAlgorithm }: X509Crl, key: KeyObject): boolean {
  const { name, hash } = signatureAlgorithm as { readonly name: string; readonly hash?: { readonly name: string } };
  const [signed, algorithm, signature] = listWithin(readDer(der), DER.sequence);
  const [, innerAlgorithm] = listWithin(signed, DER.sequence);
  const [unusedBits, ...octets] = signature?.tag === DER.bitString ? signature.content : [];
  if (signed === undefined || algorithm === undefined || unusedBits !== 0) return false;
  if (innerAlgorithm?.bytes.equals(algorithm.bytes) !== true || key.asymmetricKeyType !== KEY_TYPES[name]) return false;
  return hash !== undefined && SIGNATURE_HASHES.includes(hash.name) && verify(hash.name, signed.bytes, key, Buffer.from(octets));
}

const KEY_TYPES: Readonly<Record<string, KeyObject['asymmetricKeyType']>> = { ECDSA: 'ec', 'RSASSA-PKCS1-v1_5': 'rsa' };

function tryIsSignedBy(der: Buffer, crl: X509Crl, key: KeyObject): boolean {
  try {
    return isSignedBy(der, crl, key);
  } catch {
    return false; // A signature or an algorithm that cannot even be decoded.
  }
}
