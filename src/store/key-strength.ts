import type { KeyObject } from 'node:crypto';

const RSA_BITS_MIN = 2048;
/** As OpenSSL calls P-256, P-384 and P-521. A curve in own parameters has no name, and is refused with the others. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Why the key is not to be relied on; undefined where it is. */
export function findKeyFault({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): string | undefined {
  if (type === 'ec') return CURVES.includes(details.namedCurve ?? '') ? undefined : `a key on ${details.namedCurve ?? 'an unnamed curve'}`;
  if (type !== 'rsa' && type !== 'rsa-pss') return `a key of type ${type ?? 'unknown'}`;
  const { modulusLength: bits = 0, publicExponent = 0n } = details;
  if (bits < RSA_BITS_MIN || bits % 8 !== 0) return `an RSA key of ${bits} bits`;
  return publicExponent < 3n || publicExponent % 2n === 0n ? 'an RSA key whose exponent is none' : undefined;
}
