import { INTEGER, must, readDer, SEQUENCE } from './der';
import { naturalOf, sequenceOf } from './der-values';

/**
 * r and s one after the other (IEEE P1363, as in a JWS), from the DER that X.509 has. `numberBytes`: 32 for P-256, 48 for P-384.
 * @throws {DerError} for anything but the strict DER of two such numbers
 */
export function fromDerSignature(der: Uint8Array, numberBytes: number): Uint8Array {
  const [r, s, ...others] = sequenceOf(readDer(der));
  must(others.length === 0, 'more than two numbers');
  const signature = new Uint8Array(2 * numberBytes);
  [r, s].map(naturalOf).forEach((number, index) => {
    must(number.length <= numberBytes, 'a number of the signature is too large');
    signature.set(number, (index + 1) * numberBytes - number.length);
  });
  return signature;
}

/**
 * The inverse: DER, as a device's crypto kit takes it.
 * @throws {DerError} unless it is two numbers of 32 or of 48 bytes
 */
export function toDerSignature(signature: Uint8Array): Uint8Array {
  must(signature.length === 64 || signature.length === 96, 'not r and s');
  const half = signature.length / 2;
  const numbers = [...toDerNumber(signature.subarray(0, half)), ...toDerNumber(signature.subarray(half))];
  return Uint8Array.of(SEQUENCE, numbers.length, ...numbers);
}

/** At most 51 bytes, so that the length of two of them still fits in one. */
function toDerNumber(number: Uint8Array): number[] {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const digits = Array.from(number.subarray(start));
  const positive = (digits[0] ?? 0) < 0x80 ? digits : [0, ...digits];
  return [INTEGER, positive.length, ...positive];
}
