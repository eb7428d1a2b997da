import {
  BIT_STRING,
  BOOLEAN,
  type DerValue,
  GENERALIZED_TIME,
  INTEGER,
  must,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  SEQUENCE,
  UTC_TIME,
} from './der';
import { toHex } from './hex';

/** @throws {DerError} as all of these, for anything but a value of this kind in its one spelling. */
export function sequenceOf(value: DerValue | undefined): readonly DerValue[] {
  return expect(value, SEQUENCE).children;
}

export function expect(value: DerValue | undefined, tag: number): DerValue {
  must(value !== undefined && value.tag === tag, 'another value was expected');
  return value;
}

export function octetsOf(value: DerValue | undefined): Uint8Array {
  return expect(value, OCTET_STRING).content;
}

/** The content in hex: two identifiers are the same where it is. */
export function identifierOf(value: DerValue | undefined): string {
  const { content } = expect(value, OBJECT_IDENTIFIER);
  must(content.length > 0 && ((content[content.length - 1] ?? 0) & 0x80) === 0, 'an identifier that is cut off');
  must(!content.some((byte, at) => byte === 0x80 && (at === 0 || ((content[at - 1] ?? 0) & 0x80) === 0)), 'an identifier with filling');
  return toHex(content);
}

export function booleanOf(value: DerValue | undefined): boolean {
  const { content } = expect(value, BOOLEAN);
  must(content.length === 1 && (content[0] === 0 || content[0] === 0xff), 'a boolean');
  return content[0] === 0xff;
}

/** The bytes of a number that is not negative, without the leading zero that says so. */
export function naturalOf(value: DerValue | undefined): Uint8Array {
  const { content } = expect(value, INTEGER);
  const [first, second = 0xff] = content;
  must(first !== undefined && first < 0x80, 'a number that is negative or none');
  if (first !== 0 || content.length === 1) return content;
  must(second >= 0x80, 'a number with filling');
  return content.subarray(1);
}

export interface Bits {
  /** How many at the end of the last byte are not in use, and zero. */
  readonly unused: number;
  readonly bytes: Uint8Array;
}

export function bitsOf(value: DerValue | undefined): Bits {
  const { content } = expect(value, BIT_STRING);
  const [unused] = content;
  const bytes = content.subarray(1);
  must(unused !== undefined && unused < 8 && (unused === 0 || bytes.length > 0), 'a bit string');
  must(((bytes[bytes.length - 1] ?? 0) & ((1 << unused) - 1)) === 0, 'bits that are not in use');
  return { unused, bytes };
}

/** A bit string that is bytes. */
export function wholeBytesOf(value: DerValue | undefined): Uint8Array {
  const { unused, bytes } = bitsOf(value);
  must(unused === 0, 'a bit string of whole bytes was expected');
  return bytes;
}

/** RFC 5280 §4.1.2.5: to the second, in UTC, two digits of the year up to 2049. */
export function timeMsOf(value: DerValue | undefined): number {
  must(value !== undefined && (value.tag === UTC_TIME || value.tag === GENERALIZED_TIME), 'a time was expected');
  const text = String.fromCharCode(...value.content);
  const isShort = value.tag === UTC_TIME;
  must((isShort ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text), 'a time');
  const digits = isShort ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const ms = Date.parse(iso);
  // Back again: some engines take February 30th for a day of March.
  must(!Number.isNaN(ms) && new Date(ms).toISOString() === iso, 'no such time');
  must(isShort || Number(digits.slice(0, 4)) >= 2050, 'a year in too many digits');
  return ms;
}
