// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, type KeyObject } from 'node:crypto';
import { X509Certificate } from '@peculiar/x509';
import { readCertificateBody } from './certificate-body.js';
import { type CertificateExtensions, readCertificateExtensions } from './certificate-extensions.js';
import { findProfileFault } from './certificate-profile.js';
import { readDer } from './der.js';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js';
import { findKeyFault } from './key-strength.js';

/** One certificate, wholly read: nothing about it is parsed later, or can fail later. */
export interface Certificate extends CertificateExtensions {
  readonly der: Buffer;
  readonly subject: string;
  readonly serialNumber: string;
  /** DER of the names: two spellings of one name are two names. */
  readonly subjectName: Buffer;
  readonly issuerName: Buffer;
  /** The same to be held against constraints, where spellings do not count. */
  readonly subjectPath: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly CertificateExtension[];
  /** Why it is not to be used on any path, whatever its place; undefined where it keeps to the profile. */
  readonly fault: string | undefined;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Whether `issuer`'s key made this certificate's signature; says nothing else about either. */
  isSignedBy(issuer: Certificate): Promise<boolean>;
}

export interface CertificateExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** DER of what it says. */
  readonly value: Buffer;
}

export const CERTIFICATE_BYTES_MAX = 64 * 1024;

/** Of certificates, and of the revocation lists about them. */
export const SIGNATURE_HASHES: readonly string[] = ['SHA-256', 'SHA-384', 'SHA-512'];

/** @throws {Error} where the bytes are anything but the DER of one certificate, to the last byte. */
export function readCertificate(der: Buffer): Certificate {
  if (der.length > CERTIFICATE_BYTES_MAX) throw new RangeError(`more than ${CERTIFICATE_BYTES_MAX} bytes`);
  const body = readCertificateBody(der);
  const extensions = readCertificateExtensions(body.extensions);
  const node = new NodeCertificate(der);
  const x509 = new X509Certificate(new Uint8Array(der));
  const { subject, serialNumber, notBefore, notAfter } = x509;
  // Bytes and key never change, nor does the answer; a certificate that is kept is not asked twice.
  const signed = new WeakMap<KeyObject, boolean>();
  return {
    ...extensions,
    der,
    subject,
    serialNumber,
    notBefore,
    notAfter,
    subjectName: body.subject,
    issuerName: body.issuer,
    subjectPath: readDistinguishedName(readDer(body.subject)),
    extensions: body.extensions,
    fault: findProfileFault(body, extensions) ?? findAlgorithmFault(x509) ?? findKeyFault(node.publicKey, body.publicKey),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    publicKey: node.publicKey,
    async isSignedBy({ publicKey }) {
      const answer = signed.get(publicKey) ?? isSignedBy(node, publicKey);
      signed.set(publicKey, answer);
      return answer;
    },
  };
}

function findAlgorithmFault(x509: X509Certificate): string | undefined {
  const { hash } = x509.signatureAlgorithm as { readonly hash?: { readonly name: string } };
  if (hash !== undefined && SIGNATURE_HASHES.includes(hash.name)) return undefined;
  return `is signed with ${hash?.name ?? 'an algorithm that is unknown here'}`;
}

/** By OpenSSL, which takes a signature in one spelling alone. */
function isSignedBy(certificate: NodeCertificate, issuerKey: KeyObject): boolean {
  try {
    return certificate.verify(issuerKey);
  } catch {
    return false; // A signature or an algorithm that cannot even be decoded.
  }
}
