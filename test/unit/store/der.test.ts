import { expect, test } from 'vitest';
import { listDer, listWithin, readBoolean, readDer, readOid } from '../../../src/store/der.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const ofLength = (head: string, length: number) => Buffer.concat([bytes(head), Buffer.alloc(length, 1)]);

test.each<[string, Buffer, number]>([
  ['none', bytes('04 00'), 0],
  ['127 octets', ofLength('04 7f', 127), 127],
  ['128 octets', ofLength('04 81 80', 128), 128],
  ['255 octets', ofLength('04 81 ff', 255), 255],
  ['256 octets', ofLength('04 82 01 00', 256), 256],
  ['65,536 octets', ofLength('04 83 01 00 00', 65_536), 65_536],
])('a value is read whole: %s', (_, der, length) => {
  const value = readDer(der, 0x04);
  expect(value.content).toEqual(Buffer.alloc(length, 1));
  expect(value.bytes).toEqual(der);
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['a tag alone', bytes('04')],
  ['a tag of more octets', bytes('1f 81 01 00')],
  ['a length without end', bytes('24 80 04 00 00 00')],
  ['a length that is cut', bytes('04 82 01')],
  ['a length of five octets', ofLength('04 85 00 00 00 00 01', 1)],
  ['a length longer than it need be', ofLength('04 81 7f', 127)],
  ['a length with a zero in front', ofLength('04 82 00 80', 128)],
  ['less than it says', bytes('04 02 00')],
  ['more than it says', bytes('04 01 00 00')],
  ['two values', bytes('04 00 04 00')],
])('no value is read from %s', (_, der) => {
  expect(() => readDer(der)).toThrow(RangeError);
});

test('a value of another tag than asked for is none', () => {
  expect(() => readDer(bytes('04 00'), 0x03)).toThrow(RangeError);
  expect(() => listWithin(readDer(bytes('31 00')), 0x30)).toThrow(RangeError);
  expect(() => listWithin(undefined, 0x30)).toThrow(RangeError);
});

test('values one after the other are listed, to the last', () => {
  expect(listDer(Buffer.alloc(0))).toEqual([]);
  expect(listWithin(readDer(bytes('30 05 04 01 07 05 00')), 0x30).map(({ tag }) => tag)).toEqual([0x04, 0x05]);
  expect(() => listDer(bytes('05 00 04'))).toThrow(RangeError);
});

test.each([
  ['06 03 55 1d 13', '2.5.29.19'],
  ['06 01 27', '0.39'],
  ['06 01 28', '1.0'],
  ['06 01 4f', '1.39'],
  ['06 01 50', '2.0'],
  ['06 03 88 37 03', '2.999.3'],
  ['06 0a 2b 06 01 04 01 8f 5b 02 83 1f', '1.3.6.1.4.1.2011.2.415'],
  ['06 0a 69 ff ff ff ff ff ff ff ff 7f', '2.25.9223372036854775807'],
])('an identifier in dots: %s is %s', (hex, dotted) => {
  expect(readOid(readDer(bytes(hex)))).toBe(dotted);
});

test.each<[string, Buffer]>([
  ['nothing', bytes('06 00')],
  ['another tag', bytes('04 01 2a')],
  ['an arc with a zero in front', bytes('06 03 2a 80 01')],
  ['an arc without end', bytes('06 02 2a 81')],
  ['more than 128 octets', ofLength('06 81 81', 129)],
])('no identifier is read from %s', (_, der) => {
  expect(() => readOid(readDer(der))).toThrow(RangeError);
});

test('an identifier of 128 octets is read; one that is missing is none', () => {
  expect(readOid(readDer(ofLength('06 81 80', 128)))).toMatch(/^0\.1(\.1){127}$/);
  expect(() => readOid(undefined)).toThrow(RangeError);
});

test('true is all ones, false all zeros, and nothing else either', () => {
  expect(readBoolean(readDer(bytes('01 01 ff')))).toBe(true);
  expect(readBoolean(readDer(bytes('01 01 00')))).toBe(false);
  for (const hex of ['01 01 01', '01 00', '01 02 ff ff']) expect(() => readBoolean(readDer(bytes(hex)))).toThrow(RangeError);
});
