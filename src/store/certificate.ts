// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createHash, X509Certificate as NodeCertificate, type KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from '@peculiar/x509';

/** One certificate, wholly read: nothing about it is parsed later, or can fail later. */
export interface Certificate {
  readonly der: Buffer;
  readonly subject: string;
  readonly serialNumber: string;
  /** DER of the names: two spellings of one name are two names. */
  readonly subjectName: Buffer;
  readonly issuerName: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  /** Undefined: the certificate does not limit the use of its key. */
  readonly keyUsages: ReadonlySet<KeyUsage> | undefined;
  /** Lower-case hex. */
  readonly subjectKeyId: string | undefined;
  readonly extensions: readonly CertificateExtension[];
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  /** Whether `issuer`'s key made this certificate's signature; says nothing else about either. */
  isSignedBy(issuer: Certificate): Promise<boolean>;
}

export interface CertificateExtension {
  readonly oid: string;
  readonly critical: boolean;
}

export type KeyUsage = 'digitalSignature' | 'keyCertSign' | 'cRLSign';
const KEY_USAGES = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const satisfies readonly KeyUsage[];

/** Of certificates, and of the revocation lists about them. */
export const SIGNATURE_HASHES: readonly string[] = ['SHA-256', 'SHA-384', 'SHA-512'];

/** @throws {Error} where the bytes are anything but the DER of one certificate, to the last byte. */
export function readCertificate(der: Buffer): Certificate {
  const node = new NodeCertificate(der);
  // Both libraries also take PEM, and one of them ignores what follows the certificate.
  if (!node.raw.equals(der)) throw new TypeError('Not the DER of one certificate');
  const x509 = new X509Certificate(new Uint8Array(der));
  const constraints = x509.getExtension(BasicConstraintsExtension);
  const { subject, serialNumber, notBefore, notAfter } = x509;
  // Bytes and key never change, nor does the answer; a certificate that is kept is not asked twice.
  const signed = new WeakMap<KeyObject, Promise<boolean>>();
  return {
    der,
    subject,
    serialNumber,
    notBefore,
    notAfter,
    subjectName: Buffer.from(x509.subjectName.toArrayBuffer()),
    issuerName: Buffer.from(x509.issuerName.toArrayBuffer()),
    isAuthority: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    keyUsages: readKeyUsages(x509),
    subjectKeyId: x509.getExtension(SubjectKeyIdentifierExtension)?.keyId.toLowerCase(),
    extensions: x509.extensions.map(({ type, critical }) => ({ oid: type, critical })),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    publicKey: node.publicKey,
    isSignedBy({ publicKey }) {
      const answer = signed.get(publicKey) ?? isSignedBy(x509, publicKey);
      signed.set(publicKey, answer);
      return answer;
    },
  };
}

function readKeyUsages(x509: X509Certificate): ReadonlySet<KeyUsage> | undefined {
  const usages = x509.getExtension(KeyUsagesExtension)?.usages;
  return usages === undefined ? undefined : new Set(KEY_USAGES.filter((usage) => (usages & KeyUsageFlags[usage]) !== 0));
}

async function isSignedBy(x509: X509Certificate, issuerKey: KeyObject): Promise<boolean> {
  const publicKey = issuerKey.export({ format: 'der', type: 'spki' });
  try {
    const { hash } = x509.signatureAlgorithm as { readonly hash?: { readonly name: string } };
    return hash !== undefined && SIGNATURE_HASHES.includes(hash.name) && (await x509.verify({ publicKey, signatureOnly: true }));
  } catch {
    return false; // A signature or an algorithm that cannot even be decoded.
  }
}
