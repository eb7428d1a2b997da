import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DerError, readDer } from '../../../src/main/ets/core/verifier/der';
import { bitsOf, booleanOf, identifierOf, naturalOf, timeMsOf } from '../../../src/main/ets/core/verifier/der-values';
import { readCertificate } from '../../../src/main/ets/core/verifier/certificate';
import { VerificationError } from '../../../src/main/ets/core/verifier/verification-error';

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const read = (hex: string) => readDer(fromHex(hex));

test('a value is read with all that is in it', () => {
  const { tag, children } = read('30 07 02 01 05 a0 02 05 00');
  expect(tag).toBe(0x30);
  expect(children.map((child) => [child.tag, child.content.length, child.children.length])).toEqual([
    [0x02, 1, 0],
    [0xa0, 2, 1],
  ]);
});

test.each([
  ['nothing', ''],
  ['a tag alone', '05'],
  ['a byte after the end', '05 00 00'],
  ['less than it says', '04 02 00'],
  ['a child longer than its parent', '30 03 04 02 00'],
  ['half a child', '30 01 05'],
  ['an indefinite length', '30 80 05 00 00 00'],
  ['a length in a byte too many', '04 81 01 00'],
  ['a length in two bytes too many', '04 82 00 01 00'],
  ['a length of three bytes', '04 83 00 00 01 00'],
  ['a reserved length', '04 ff'],
  ['a tag of several bytes', '1f 81 01 00'],
  ['the end of an indefinite length', '00 00'],
  ['a sequence that is not constructed', '10 00'],
  ['a set that is not constructed', '11 00'],
  ['bytes in pieces', '24 04 04 02 00 00'],
])('strict DER alone is read: not %s', (_, hex) => {
  expect(() => read(hex)).toThrow(DerError);
});

test('long lengths are read in their shortest form', () => {
  for (const length of [127, 128, 255, 256, 8000]) {
    const prefix = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
    expect(readDer(Uint8Array.of(4, ...prefix, ...new Uint8Array(length))).content.length).toBe(length);
  }
});

test('depth and size are bounded', () => {
  const nest = (depth: number) => Array.from({ length: depth }).reduce<number[]>((inner) => [0x30, inner.length, ...inner], [0x05, 0]);
  expect(() => readDer(Uint8Array.from(nest(10)))).not.toThrow();
  expect(() => readDer(Uint8Array.from(nest(40)))).toThrow(DerError);
  expect(() => readDer(Uint8Array.of(4, 0x82, 0x20, 0, ...new Uint8Array(0x2000)))).toThrow(DerError);
});

test.each([
  ['an empty number', naturalOf, '02 00'],
  ['a negative number', naturalOf, '02 01 80'],
  ['a number with filling', naturalOf, '02 02 00 7f'],
  ['a boolean of two bytes', booleanOf, '01 02 ff ff'],
  ['a boolean in BER', booleanOf, '01 01 01'],
  ['a bit string without its first byte', bitsOf, '03 00'],
  ['eight bits that are not in use', bitsOf, '03 02 08 00'],
  ['unused bits of nothing', bitsOf, '03 01 01'],
  ['unused bits that are set', bitsOf, '03 02 01 03'],
  ['an empty identifier', identifierOf, '06 00'],
  ['an identifier that is cut off', identifierOf, '06 02 2a 86'],
  ['an identifier with filling', identifierOf, '06 03 2a 80 01'],
  ['an identifier with filling in front', identifierOf, '06 02 80 01'],
  ['another value', naturalOf, '05 00'],
])('each kind of value has one spelling: not %s', (_, toValue, hex) => {
  expect(() => toValue(read(hex))).toThrow(DerError);
});

test('good values are read', () => {
  expect(identifierOf(read('06 08 2a8648ce3d030107'))).toBe('2a8648ce3d030107');
  expect([...naturalOf(read('02 01 00'))]).toEqual([0]);
  expect([...naturalOf(read('02 03 00 80 01'))]).toEqual([0x80, 1]);
  expect([booleanOf(read('01 01 ff')), booleanOf(read('01 01 00'))]).toEqual([true, false]);
  expect(bitsOf(read('03 02 05 a0'))).toEqual({ unused: 5, bytes: Uint8Array.of(0xa0) });
});

const time = (tag: number, text: string) => timeMsOf(readDer(Uint8Array.of(tag, text.length, ...Buffer.from(text))));

test('times are read to the second', () => {
  expect(time(0x17, '240301064106Z')).toBe(Date.UTC(2024, 2, 1, 6, 41, 6));
  expect(time(0x17, '491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
  expect(time(0x17, '500101000000Z')).toBe(Date.UTC(1950, 0, 1));
  expect(time(0x18, '20500101000000Z')).toBe(Date.UTC(2050, 0, 1));
  expect(time(0x17, '240229000000Z')).toBe(Date.UTC(2024, 1, 29));
});

test.each([
  [0x17, '2403010641Z'],
  [0x17, '240301064106+0800'],
  [0x17, '240301064106'],
  [0x17, '20240301064106Z'],
  [0x17, '230229000000Z'],
  [0x17, '241301000000Z'],
  [0x17, '240301240000Z'],
  [0x17, '240301006000Z'],
  [0x17, '24030１064106Z'],
  [0x18, '20240301064106Z'],
  [0x18, '20500101000000.5Z'],
  [0x18, '500101000000Z'],
  [0x0c, '240301064106Z'],
])('no other time is one: %i %s', (tag, text) => {
  expect(() => time(tag, text)).toThrow(DerError);
});

test('whatever the bytes, nothing but its own error comes out of the reader', () => {
  const nearly = fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.of(0x30, bytes.length, ...bytes));
  const tags = fc.constantFrom(0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x17, 0xa0, 0xa3, 0x01);
  const values = fc.array(fc.tuple(tags, fc.uint8Array({ maxLength: 12 })), { maxLength: 9 }).map((list) => {
    const bytes = list.flatMap(([tag, content]) => [tag, content.length, ...content]);
    return Uint8Array.of(0x30, 0x81, bytes.length, ...bytes);
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), nearly, values), (bytes) => {
      for (const readBytes of [readDer, readCertificate]) {
        try {
          readBytes(bytes);
        } catch (error) {
          if (!(error instanceof DerError || (readBytes === readCertificate && error instanceof VerificationError))) throw error;
        }
      }
    }),
    { numRuns: 3000 },
  );
});
