import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, decodeBase64Url } from '../../../src/main/ets/core/verifier/base64';
import { decodeUtf8 } from '../../../src/main/ets/core/verifier/utf8';

/** The value, or undefined where it is refused. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

test('what was encoded is decoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
      expect(decodeBase64Url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
    }),
  );
});

test('of all spellings only the one is taken', () => {
  const characters = fc.constantFrom(...Array.from('ABgw01_-+/= \n.Zé'));
  fc.assert(
    fc.property(
      fc.array(characters, { maxLength: 8 }).map((list) => list.join('')),
      (text) => {
        for (const [decode, encoding] of [
          [decodeBase64, 'base64'],
          [decodeBase64Url, 'base64url'],
        ] as const) {
          const bytes = Buffer.from(text, encoding);
          const isTheOne = bytes.toString(encoding) === text;
          expect(attempt(() => Buffer.from(decode(text)))).toEqual(isTheOne ? bytes : undefined);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('UTF-8 is what the strict decoder of the platform takes, and nothing else', () => {
  const strict = (bytes: Uint8Array) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  };
  const pieces = fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xed,
    0xef,
    0xf0,
    0xf1,
    0xf4,
    0xf5,
    0xff,
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 6 }).map((list) => Uint8Array.from(list)),
      (bytes) => {
        expect(attempt(() => decodeUtf8(bytes))).toBe(strict(bytes));
      },
    ),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeUtf8(Buffer.from(text))).toBe(text);
    }),
  );
});
