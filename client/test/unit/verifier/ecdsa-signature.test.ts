import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DerError } from '../../../src/main/ets/core/verifier/der';
import { fromDerSignature, toDerSignature } from '../../../src/main/ets/core/verifier/ecdsa-signature';

const CURVES = [
  ['prime256v1', 32],
  ['secp384r1', 48],
] as const;

test.each(CURVES)('there and back again nothing is changed, for %s', (_, numberBytes) => {
  const numbers = fc.uint8Array({ minLength: 2 * numberBytes, maxLength: 2 * numberBytes });
  // Zeros in front, where the forms differ most.
  const small = fc
    .tuple(numbers, fc.nat(numberBytes), fc.nat(numberBytes))
    .map(([bytes, r, s]) => bytes.fill(0, 0, r).fill(0, numberBytes, numberBytes + s));
  fc.assert(
    fc.property(fc.oneof(numbers, small), (signature) => {
      expect(fromDerSignature(toDerSignature(signature), numberBytes)).toEqual(signature);
    }),
  );
});

test.each(CURVES)('both forms are the ones that OpenSSL makes and takes, for %s', (namedCurve, numberBytes) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  for (let index = 0; index < 50; index++) {
    const message = Buffer.from(`message ${index}`);
    const der = createSign('sha256').update(message).sign({ key: privateKey, dsaEncoding: 'der' });
    const signature = fromDerSignature(der, numberBytes);
    expect(createVerify('sha256').update(message).verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(Buffer.from(toDerSignature(signature))).toEqual(der);
  }
});

test.each([
  ['one number', '3003020101'],
  ['three', '3009020101020101020101'],
  ['a negative one', '3006020180020101'],
  ['one with filling', '300702020001020101'],
  ['an empty one', '30050200020101'],
  ['a byte after the end', '300602010102010100'],
  ['an indefinite length', '30800201010201010000'],
  ['a length in too many bytes', '308106020101020101'],
  ['no sequence', '3106020101020101'],
  ['one that is too large', `3026022101${'00'.repeat(32)}020101`],
])('a signature in DER has one spelling: not %s', (_, hex) => {
  expect(() => fromDerSignature(Buffer.from(hex, 'hex'), 32)).toThrow(DerError);
});

test.each([0, 63, 65, 72, 97])('r and s are 64 or 96 bytes, never %i', (length) => {
  expect(() => toDerSignature(new Uint8Array(length))).toThrow(DerError);
});
