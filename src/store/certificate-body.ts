import { constructed, DER, type DerValue, listWithin, primitive, readBoolean, readDer, readOid } from './der.js';

/** RFC 5280 §4.1, as it stands in the bytes. */
export interface CertificateBody {
  /** 0-based, as encoded: version 3 is 2. */
  readonly version: number;
  readonly serialNumber: Buffer;
  /** DER of the names, whole. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** DER of the SubjectPublicKeyInfo, whole. */
  readonly publicKey: Buffer;
  /** Whether the signed algorithm is the one beside the signature, to the byte. */
  readonly hasOneAlgorithm: boolean;
  /** Whether both times are written as §4.1.2.5 asks. */
  readonly hasProperTimes: boolean;
  readonly extensions: readonly BodyExtension[];
}

export interface BodyExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const VERSION = constructed(0);
/** Long out of use, and nothing that we judge. */
const UNIQUE_IDS = [primitive(1), primitive(2)];
const EXTENSIONS = constructed(3);

/** @throws {RangeError} where the bytes are not the DER of a certificate. */
export function readCertificateBody(der: Buffer): CertificateBody {
  const [signed, outerAlgorithm, signature, ...beyond] = listWithin(readDer(der), DER.sequence);
  if (signature?.tag !== DER.bitString || beyond.length > 0) throw new RangeError('not a certificate');
  const fields = listWithin(signed, DER.sequence);
  const version = fields[0]?.tag === VERSION ? fields.shift() : undefined;
  const [serialNumber, innerAlgorithm, issuer, validity, subject, key, ...others] = fields;
  if (serialNumber?.tag !== DER.integer || !innerAlgorithm || !outerAlgorithm) throw new RangeError('no serial number or algorithm');
  if (issuer?.tag !== DER.sequence || subject?.tag !== DER.sequence || key?.tag !== DER.sequence) throw new RangeError('no names or key');
  return {
    version: version === undefined ? 0 : readVersion(version),
    serialNumber: serialNumber.content,
    issuer: issuer.bytes,
    subject: subject.bytes,
    publicKey: key.bytes,
    hasOneAlgorithm: innerAlgorithm.bytes.equals(outerAlgorithm.bytes),
    hasProperTimes: hasProperTimes(listWithin(validity, DER.sequence)),
    extensions: readExtensions(others),
  };
}

function readVersion(field: DerValue): number {
  const { content } = readDer(field.content, DER.integer);
  if (content.length !== 1) throw new RangeError('no version');
  return content.readUInt8();
}

function readExtensions(fields: readonly DerValue[]): BodyExtension[] {
  const [list, ...others] = fields.filter(({ tag }) => !UNIQUE_IDS.includes(tag));
  if (list === undefined) return [];
  if (others.length > 0) throw new RangeError('a field too many');
  const [extensions] = listWithin(list, EXTENSIONS);
  return listWithin(extensions, DER.sequence).map(readExtension);
}

function readExtension(field: DerValue): BodyExtension {
  const parts = listWithin(field, DER.sequence);
  const oid = readOid(parts[0]);
  const flag = parts[1]?.tag === DER.boolean ? parts[1] : undefined;
  const value = parts.at(flag === undefined ? 1 : 2);
  if (value?.tag !== DER.octetString || parts.length !== (flag === undefined ? 2 : 3)) throw new RangeError('not an extension');
  return { oid, critical: flag !== undefined && readBoolean(flag), value: value.content };
}

/** Both are to the second and in UTC; the years that UTCTime cannot tell are the only ones in the longer form. */
const UTC_TIME = /^\d{12}Z$/;
const GENERALIZED_TIME = /^(?:20[5-9]|2[1-9]\d|[3-9]\d\d)\d{11}Z$/;

function hasProperTimes(validity: readonly DerValue[]): boolean {
  const isProper = ({ tag, content }: DerValue) => {
    const text = content.toString('latin1');
    if (tag === DER.utcTime) return UTC_TIME.test(text);
    return tag === DER.generalizedTime && GENERALIZED_TIME.test(text);
  };
  return validity.length === 2 && validity.every(isProper);
}
