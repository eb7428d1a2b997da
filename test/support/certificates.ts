import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** DER by hand, since a library rightly refuses to write the broken certificates that tests need. */
export function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.from(
    content.length.toString(16).padStart(content.length < 0x100 ? 2 : content.length < 0x10000 ? 4 : 6, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.of(tag, 0x80 + length.length), length, content]);
}

export const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
export const ascii = (tag: number, text: string): Buffer => tlv(tag, Buffer.from(text, 'latin1'));

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  const toOctets = (arc: number): number[] => (arc < 0x80 ? [arc] : [...toOctets(arc >> 7).map((octet) => octet | 0x80), arc & 0x7f]);
  return tlv(0x06, Buffer.from([first * 40 + second, ...arcs].flatMap(toOctets)));
}

const COMMON_NAME = '2.5.4.3';
const PRINTABLE_STRING = 0x13;

/** A common name, or any attribute by its OID, string tag and octets. */
export type NameStep = string | readonly [oid: string, tag: number, text: string];

/** One attribute to each step down; none is the empty name. */
export function name(...steps: readonly NameStep[]): Buffer {
  const attributes = steps.map((step) => (typeof step === 'string' ? ([COMMON_NAME, PRINTABLE_STRING, step] as const) : step));
  return sequence(...attributes.map(([type, tag, text]) => tlv(0x31, sequence(oid(type), ascii(tag, text)))));
}

export function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(type), ...(critical ? [Buffer.from([0x01, 0x01, 0xff])] : []), tlv(0x04, value));
}

export const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const newKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export interface Party {
  readonly der: Buffer;
  readonly name: Buffer;
  readonly keys: KeyPair;
  readonly keyId: Buffer;
}

export interface CertificatePlan {
  readonly subject?: Buffer;
  /** Absent: by itself. */
  readonly issuer?: Party;
  readonly keys?: KeyPair;
  readonly ca?: boolean;
  /** By OID, in place of the ordinary ones and beside them; undefined takes one out. */
  readonly extensions?: Readonly<Record<string, Buffer | undefined>>;
  readonly moreExtensions?: readonly Buffer[];
  readonly version?: Buffer;
  readonly serialNumber?: Buffer;
  readonly validity?: Buffer;
  readonly algorithm?: Buffer;
  readonly signedAlgorithm?: Buffer;
  readonly hash?: string;
  readonly issuerName?: Buffer;
  readonly signedBy?: KeyPair;
}

export const utcTime = (text: string): Buffer => ascii(0x17, text);
export const generalizedTime = (text: string): Buffer => ascii(0x18, text);

const VERSION_3 = Buffer.from('a003020102', 'hex');
const VALIDITY = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
export const CA_CONSTRAINTS = sequence(Buffer.from([0x01, 0x01, 0xff]));
const CERT_AND_CRL_SIGN = Buffer.from('03020106', 'hex');
const DIGITAL_SIGNATURE = Buffer.from('03020780', 'hex');

/** A certificate that keeps to RFC 5280, but for what the plan says. */
export function issue(plan: CertificatePlan = {}): Party {
  const { keys = newKeys(), issuer, ca = false, algorithm = ECDSA_SHA256, hash = 'sha256' } = plan;
  const subject = plan.subject ?? name(ca ? 'Some Authority' : 'Somebody');
  const spki = keys.publicKey.export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha1').update(spki).digest();
  const signed = sequence(
    plan.version ?? VERSION_3,
    plan.serialNumber ?? tlv(0x02, Buffer.from([0x11, 0x22])),
    plan.signedAlgorithm ?? algorithm,
    plan.issuerName ?? issuer?.name ?? subject,
    plan.validity ?? VALIDITY,
    subject,
    spki,
    tlv(0xa3, sequence(...listExtensions({ plan, ca, keyId, issuerKeyId: issuer?.keyId }))),
  );
  const signature = sign(hash, signed, (plan.signedBy ?? issuer?.keys ?? keys).privateKey);
  return { der: sequence(signed, algorithm, tlv(0x03, Buffer.of(0), signature)), name: subject, keys, keyId };
}

interface ExtensionPlan {
  readonly plan: CertificatePlan;
  readonly ca: boolean;
  readonly keyId: Buffer;
  readonly issuerKeyId: Buffer | undefined;
}

function listExtensions({ plan, ca, keyId, issuerKeyId }: ExtensionPlan): Buffer[] {
  const ordinary = {
    '2.5.29.19': ca ? extension('2.5.29.19', true, CA_CONSTRAINTS) : undefined,
    '2.5.29.15': extension('2.5.29.15', true, ca ? CERT_AND_CRL_SIGN : DIGITAL_SIGNATURE),
    '2.5.29.14': extension('2.5.29.14', false, tlv(0x04, keyId)),
    '2.5.29.35': issuerKeyId && extension('2.5.29.35', false, sequence(tlv(0x80, issuerKeyId))),
  };
  const all = Object.values({ ...ordinary, ...plan.extensions }).filter((each) => each !== undefined);
  return [...all, ...(plan.moreExtensions ?? [])];
}
