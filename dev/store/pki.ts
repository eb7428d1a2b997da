// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { z } from 'zod';

/** Every certificate that Huawei's IAP signs with carries it, as ASN.1 NULL and non-critical (huawei-iap.md §2.2). */
export const STORE_SIGNER_OID = '1.3.6.1.4.1.2011.2.415.1.1';

const ASN1_NULL = Uint8Array.of(0x05, 0x00);
const DAY_MS = 86_400_000;
const CA_USAGES = ['keyCertSign', 'cRLSign'] as const;
const LEAF_USAGES = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'] as const;

export type KeyUsage = keyof typeof KeyUsageFlags;

/** What one certificate of the chain says; whatever is left out is as in Huawei's own. */
export interface CertificateOptions {
  /** Subject, as a distinguished name: `CN=…, O=…`. */
  readonly name?: string;
  /** Issuer, where it shall differ from the subject of the certificate above. */
  readonly issuer?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Basic constraints; 'absent' leaves the extension out. */
  readonly ca?: boolean | 'absent';
  /** 'absent' leaves the limit out. */
  readonly pathLength?: number | 'absent';
  /** 'absent' leaves the extension out. */
  readonly keyUsages?: readonly KeyUsage[] | 'absent';
  readonly curve?: 'P-256' | 'P-384';
  /** Of the signature on this certificate. */
  readonly hash?: 'SHA-256' | 'SHA-384' | 'SHA-512';
  /** Signed with a key that nobody certified, while the names still fit. */
  readonly signedByStranger?: boolean;
  readonly storeOid?: 'non-critical' | 'critical' | 'absent';
  readonly extensions?: readonly Extension[];
}

/** Each certificate's deviations from a good chain. */
export interface StorePkiOptions {
  /** The moment the chain is made at; the leaf is valid from a day before it for two years. Default: now. */
  readonly now?: Date;
  readonly root?: CertificateOptions;
  readonly intermediate?: CertificateOptions;
  readonly leaf?: CertificateOptions;
}

/** Replaces or adds header fields; `undefined` takes one out. */
export interface SignOverrides {
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A private three-certificate chain that signs like Huawei's. */
export interface StorePki {
  /** SHA-256 of the root's DER, lower-case hex: what a verifier pins. */
  readonly rootFingerprint: string;
  /** Standard base64 of DER: leaf, intermediate, root. */
  readonly x5c: readonly [leaf: string, intermediate: string, root: string];
  readonly leafKey: webcrypto.CryptoKey;
  /** For revocation lists; undefined for a chain that was stored, of which only the leaf's key is kept. */
  readonly authorityKeys: { readonly intermediate: webcrypto.CryptoKey; readonly root: webcrypto.CryptoKey } | undefined;
  /** Compact JWS; a string payload is signed as it stands. */
  sign(payload: object | string, overrides?: SignOverrides): Promise<string>;
}

interface Issued {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

type CertificatePlan = Required<Omit<CertificateOptions, 'issuer'>> & Pick<CertificateOptions, 'issuer'>;

/** Makes a chain under a root of its own: P-384 root, P-384 CA with pathlen 0, P-256 leaf with the store's OID. */
export async function createStorePki(options: StorePkiOptions = {}): Promise<StorePki> {
  const plans = planChain(options);
  const root = await issue(plans.root);
  const intermediate = await issue(plans.intermediate, root);
  const leaf = await issue(plans.leaf, intermediate);
  const chain = [leaf, intermediate, root].map(({ certificate }) => Buffer.from(certificate.rawData).toString('base64'));
  const authorityKeys = { intermediate: intermediate.keys.privateKey, root: root.keys.privateKey };
  return toStorePki(X5C.parse(chain), leaf.keys.privateKey, authorityKeys);
}

function planChain({ now = new Date(), ...own }: StorePkiOptions): Record<'root' | 'intermediate' | 'leaf', CertificatePlan> {
  const inYears = (years: number) => new Date(now.getTime() + years * 365 * DAY_MS);
  const common = { hash: 'SHA-384', signedByStranger: false, extensions: [] } as const;
  const authority = { ...common, ca: true, keyUsages: CA_USAGES, curve: 'P-384', storeOid: 'absent' } as const;
  return {
    root: {
      ...authority,
      name: 'CN=Simulated Store Root CA, OU=Store Simulator, O=dropless, C=CN',
      notBefore: inYears(-5),
      notAfter: inYears(25),
      pathLength: 'absent',
      ...own.root,
    },
    intermediate: {
      ...authority,
      name: 'CN=Simulated Store Application CA, OU=Store Simulator, O=dropless, C=CN',
      notBefore: inYears(-3),
      notAfter: inYears(17),
      pathLength: 0,
      ...own.intermediate,
    },
    leaf: {
      ...common,
      name: 'CN=Simulated Store In-App Purchases, OU=Store Simulator, O=dropless, C=CN',
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: inYears(2),
      ca: false,
      pathLength: 'absent',
      keyUsages: LEAF_USAGES,
      curve: 'P-256',
      storeOid: 'non-critical',
      ...own.leaf,
    },
  };
}

/** Without an issuer the certificate is self-signed. */
async function issue(plan: CertificatePlan, issuer?: Issued): Promise<Issued> {
  const keys = await generateKeys(plan.curve);
  const issuerKeys = issuer?.keys ?? keys;
  const signer = plan.signedByStranger ? await generateKeys('P-384') : issuerKeys;
  const certificate = await X509CertificateGenerator.create({
    subject: plan.name,
    issuer: plan.issuer ?? issuer?.certificate.subject ?? plan.name,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: plan.hash },
    extensions: [
      ...toExtensions(plan),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey),
    ],
  });
  return { certificate, keys };
}

function toExtensions({ ca, pathLength, keyUsages, storeOid, extensions }: CertificatePlan): Extension[] {
  return [
    ...(ca === 'absent' ? [] : [new BasicConstraintsExtension(ca, pathLength === 'absent' ? undefined : pathLength, true)]),
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- Flags of this very enum, or-ed.
    ...(keyUsages === 'absent' ? [] : [new KeyUsagesExtension(toFlags(keyUsages), true)]),
    ...(storeOid === 'absent' ? [] : [new Extension(STORE_SIGNER_OID, storeOid === 'critical', ASN1_NULL)]),
    ...extensions,
  ];
}

function toFlags(usages: readonly KeyUsage[]): number {
  return usages.reduce((flags, usage) => flags | KeyUsageFlags[usage], 0);
}

function generateKeys(namedCurve: 'P-256' | 'P-384'): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
}

async function toStorePki(
  x5c: StorePki['x5c'],
  leafKey: webcrypto.CryptoKey,
  authorityKeys?: StorePki['authorityKeys'],
): Promise<StorePki> {
  const digest = await webcrypto.subtle.digest('SHA-256', Buffer.from(x5c[2], 'base64'));
  return {
    rootFingerprint: Buffer.from(digest).toString('hex'),
    x5c,
    leafKey,
    authorityKeys,
    sign: (payload, overrides = {}) => signCompact(payload, { x5c, alg: 'ES256', typ: 'JWT', ...overrides.header }, leafKey),
  };
}

/** By hand, since a JOSE library rightly refuses to sign the broken headers that tests need. */
async function signCompact(payload: object | string, header: object, key: webcrypto.CryptoKey): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const input = `${toBase64Url(JSON.stringify(header))}.${toBase64Url(text)}`;
  // WebCrypto's ECDSA signature is r||s (IEEE P1363), the form that JWS asks for.
  const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

function toBase64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

const X5C = z.tuple([z.base64(), z.base64(), z.base64()]).readonly();
const STORED_PKI = z.object({ x5c: X5C, leafKeyPkcs8: z.base64() });

/** The chain and the leaf's private key, as JSON text: for a development folder alone, and readable by its owner alone. */
export async function exportStorePki(pki: StorePki): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', pki.leafKey);
  return JSON.stringify({ x5c: pki.x5c, leafKeyPkcs8: Buffer.from(pkcs8).toString('base64') } satisfies z.input<typeof STORED_PKI>);
}

/** The inverse of `exportStorePki`; throws where the text is anything else. */
export async function importStorePki(json: string): Promise<StorePki> {
  const { x5c, leafKeyPkcs8 } = STORED_PKI.parse(JSON.parse(json));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const leafKey = await webcrypto.subtle.importKey('pkcs8', Buffer.from(leafKeyPkcs8, 'base64'), algorithm, true, ['sign']);
  return toStorePki(x5c, leafKey);
}
