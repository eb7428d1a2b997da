/** The bytes are not strict DER, or not what is expected at this place. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** One value of ASN.1 with all that is in it, wholly read and bounded. */
export interface DerValue {
  /** The identifier octet, with class and form. */
  readonly tag: number;
  /** Everything, the identifier first. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  /** Of a constructed value. */
  readonly children: readonly DerValue[];
}

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
const SET = 0x31;

const CLASS = 0xc0;
const CONSTRUCTED = 0x20;

/** Huawei's certificates have 540 to 740 bytes. */
const BYTES_MAX = 8192;
const DEPTH_MAX = 12;

/** Reads exactly one value, to the last byte. @throws {DerError} */
export function readDer(bytes: Uint8Array): DerValue {
  must(bytes.length <= BYTES_MAX, 'too long');
  const value = readValue(bytes, 0);
  must(value.raw.length === bytes.length, 'bytes after the end');
  return value;
}

function readValue(bytes: Uint8Array, depth: number): DerValue {
  const tag = byteAt(bytes, 0);
  must((tag & 0x1f) !== 0x1f, 'a tag of several bytes');
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  // Of the universal values sequences and sets are constructed in DER, and no others.
  const isUniversal = (tag & CLASS) === 0;
  must(!isUniversal || (tag !== 0 && isConstructed === [SEQUENCE, SET].includes(tag | CONSTRUCTED)), 'the form');
  const { start, end } = readLength(bytes);
  must(end <= bytes.length, 'cut off');
  const content = bytes.subarray(start, end);
  return { tag, raw: bytes.subarray(0, end), content, children: isConstructed ? readChildren(content, depth + 1) : [] };
}

function readChildren(content: Uint8Array, depth: number): DerValue[] {
  must(depth <= DEPTH_MAX, 'too deep');
  const children: DerValue[] = [];
  for (let at = 0; at < content.length;) {
    const child = readValue(content.subarray(at), depth);
    children.push(child);
    at += child.raw.length;
  }
  return children;
}

/** Definite, and in the fewest bytes that hold it. */
function readLength(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const first = byteAt(bytes, 1);
  if (first < 0x80) return { start: 2, end: 2 + first };
  const count = first & 0x7f;
  must(count === 1 || count === 2, 'the length');
  const length = count === 1 ? byteAt(bytes, 2) : byteAt(bytes, 2) * 0x100 + byteAt(bytes, 3);
  must(length >= (count === 1 ? 0x80 : 0x100), 'a length in too many bytes');
  return { start: 2 + count, end: 2 + count + length };
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index];
  must(byte !== undefined, 'cut off');
  return byte;
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new DerError(`DER: ${what}`);
}
