import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

/** Asymmetric ones alone: with a shared secret, whoever can check a token can make one. */
export const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'] as const;

const RSA_BITS_MIN = 2_048;

/** What a key says of its use must allow us to verify with it; what it keeps secret has no business here. */
const TOKEN_KEY = z.looseObject({
  kty: z.enum(['EC', 'RSA', 'OKP']),
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.string())
    .refine((uses) => uses.includes('verify'))
    .optional(),
  alg: z.enum(ALGORITHMS).optional(),
  d: z.undefined().optional(),
});

const KEY_SET = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** Undefined unless it is a public key for signatures of a kind that we take, and one that holds. */
export function readTokenKey(jwk: Record<string, unknown>): KeyObject | undefined {
  return TOKEN_KEY.safeParse(jwk).success ? readPublicKey({ key: jwk, format: 'jwk' }) : undefined;
}

/** The same of a PEM. Node would make the public key out of a private one; a private key has no business here. */
export function readPemKey(pem: string): KeyObject | undefined {
  return pem.includes('PRIVATE KEY') ? undefined : readPublicKey(pem);
}

/**
 * Of the keys that an issuer publishes, those that may verify a token: it may well publish others, for encryption.
 * @throws {z.ZodError} where it is no key set at all
 */
export function toTokenKeySet(document: unknown): JSONWebKeySet {
  return { keys: KEY_SET.parse(document).keys.filter((jwk) => readTokenKey(jwk) !== undefined) };
}

function readPublicKey(input: Parameters<typeof createPublicKey>[0]): KeyObject | undefined {
  try {
    const key = createPublicKey(input);
    return isStrong(key) ? key : undefined;
  } catch {
    return undefined; // No key, or a point that is not on its curve.
  }
}

function isStrong(key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'rsa') return true;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS_MIN || publicExponent < 3n || publicExponent % 2n === 0n) return false;
  const { n } = key.export({ format: 'jwk' });
  return n !== undefined && !isFactorable(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`));
}

const SMALL_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
  149, 151, 157, 163, 167,
];
const GENERATOR = 65_537;

/** ROCA (CVE-2017-15361): modulo each small prime such a modulus is a power of 65537, which of others is next to impossible. */
function isFactorable(modulus: bigint): boolean {
  return SMALL_PRIMES.every((prime) => listPowers(GENERATOR % prime, prime).has(Number(modulus % BigInt(prime))));
}

function listPowers(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power);
  return powers;
}
