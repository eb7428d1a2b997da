import { DER, listWithin, readDer } from './der.js';
import type { KeyObject } from 'node:crypto';

const RSA_BITS_MIN = 2048;
/** As OpenSSL calls P-256, P-384 and P-521. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Why the key is not to be relied on; undefined where it is. `spki` is how the certificate writes it. */
export function findKeyFault({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject, spki: Buffer): string | undefined {
  if (type === 'ec') return findCurveFault(details.namedCurve ?? 'an unnamed curve', spki);
  if (type !== 'rsa' && type !== 'rsa-pss') return `has a key of type ${type ?? 'unknown'}`;
  const { modulusLength: bits = 0, publicExponent = 0n } = details;
  if (bits < RSA_BITS_MIN || bits % 8 !== 0) return `has an RSA key of ${bits} bits`;
  return publicExponent < 3n || publicExponent % 2n === 0n ? 'has an RSA key whose exponent is none' : undefined;
}

/** OpenSSL also takes a known curve that is spelled out, which RFC 5480 §2.1.1 forbids: a forger's way to another generator. */
function findCurveFault(curve: string, spki: Buffer): string | undefined {
  if (!CURVES.includes(curve)) return `has a key on ${curve}`;
  const [algorithm] = listWithin(readDer(spki), DER.sequence);
  const [, parameters] = listWithin(algorithm, DER.sequence);
  return parameters?.tag === DER.objectIdentifier ? undefined : 'has a key on a curve that is spelled out';
}
