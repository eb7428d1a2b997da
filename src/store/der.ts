/** One value of DER: what OpenSSL and @peculiar/x509 do not show, or let pass, is read through this. */
export interface DerValue {
  /** The identifier octet: class, constructed or not, number. */
  readonly tag: number;
  readonly content: Buffer;
  /** All of it, tag and length too. */
  readonly bytes: Buffer;
}

export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of `[number]`. */
export const primitive = (number: number): number => 0x80 | number;
export const constructed = (number: number): number => 0xa0 | number;

/** @throws {RangeError} unless the bytes are exactly one value, of `tag` where one is named. */
export function readDer(bytes: Buffer, tag?: number): DerValue {
  const [value, ...others] = listDer(bytes);
  if (value === undefined || others.length > 0) throw new RangeError('not one DER value');
  if (tag !== undefined && value.tag !== tag) throw new RangeError(`DER tag ${value.tag} instead of ${tag}`);
  return value;
}

/** @throws {RangeError} unless the bytes are values to the last byte, each with the shortest possible length. */
export function listDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let start = 0; start < bytes.length;) {
    const value = readFirst(bytes.subarray(start));
    values.push(value);
    start += value.bytes.length;
  }
  return values;
}

/** The values within one that is constructed of others. */
export function listWithin(value: DerValue | undefined, tag: number): DerValue[] {
  if (value?.tag !== tag) throw new RangeError(`DER tag ${value?.tag ?? 'missing'} instead of ${tag}`);
  return listDer(value.content);
}

function readFirst(bytes: Buffer): DerValue {
  const [tag = 0, first = 0] = bytes;
  // X.509 has no tag number beyond 30, which would take more than one octet.
  if (bytes.length < 2 || (tag & 0x1f) === 0x1f) throw new RangeError('no DER tag');
  const lengthOctets = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || lengthOctets > 4 || bytes.length < 2 + lengthOctets) throw new RangeError('no DER length');
  const length = lengthOctets === 0 ? first : bytes.readUIntBE(2, lengthOctets);
  const isShortest = lengthOctets === 0 || (length >= 0x80 && length >= 2 ** (8 * (lengthOctets - 1)));
  const start = 2 + lengthOctets;
  if (!isShortest || bytes.length < start + length) throw new RangeError('not a DER length');
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(0, start + length) };
}

/** An arc as long as a certificate may be would cost seconds to write in digits. */
const OID_OCTETS_MAX = 128;

/** @throws {RangeError} unless it is an OBJECT IDENTIFIER; in dots. */
export function readOid(value: DerValue | undefined): string {
  if (value?.tag !== DER.objectIdentifier || value.content.length === 0 || value.content.length > OID_OCTETS_MAX) {
    throw new RangeError('no OBJECT IDENTIFIER');
  }
  return toDottedOid(value.content);
}

function toDottedOid(content: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const [index, octet] of content.entries()) {
    if (arc === 0n && octet === 0x80) throw new RangeError('an arc with a leading zero');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0n;
    } else if (index === content.length - 1) throw new RangeError('an arc without an end');
  }
  const [first = 0n, ...others] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...others].join('.');
}

const TRUE = Buffer.of(0xff);
const FALSE = Buffer.of(0x00);

/**
 * DER leaves out a FALSE that is the default; where it is written all the same, nothing is in doubt.
 * @throws {RangeError} where it is neither
 */
export function readBoolean({ content }: DerValue): boolean {
  if (!content.equals(TRUE) && !content.equals(FALSE)) throw new RangeError('not a BOOLEAN');
  return content.equals(TRUE);
}
