import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { ZodError } from 'zod';
import { readPemKey, readTokenKey, toTokenKeySet } from '../../../src/api/token-keys.js';

const toJwk = (key: KeyObject) => key.export({ format: 'jwk' }) as Record<string, unknown>;
const rsa = (modulusLength: number, publicExponent = 65_537) => generateKeyPairSync('rsa', { modulusLength, publicExponent });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const EC = toJwk(ec.publicKey);

test.each([
  ['P-256', EC],
  ['P-256 that says all it can', { ...EC, use: 'sig', key_ops: ['verify'], alg: 'ES256', kid: '1', x5t: 'any' }],
  ['RSA of 2048 bits', toJwk(rsa(2048).publicKey)],
  ['RSA with the exponent 3', toJwk(rsa(2048, 3).publicKey)],
  ['Ed25519', toJwk(generateKeyPairSync('ed25519').publicKey)],
])('a public key for signatures is taken: %s', (_, jwk) => {
  expect(readTokenKey(jwk)?.type).toBe('public');
});

test.each([
  ['a private one', toJwk(ec.privateKey)],
  ['a shared one', { kty: 'oct', k: 'AAAA', alg: 'HS256' }],
  ['one for encryption', { ...EC, use: 'enc' }],
  ['one for other operations', { ...EC, key_ops: ['encrypt'] }],
  ['one of an algorithm that we do not take', { ...EC, alg: 'ES521' }],
  ['a point that is not on its curve', { ...EC, y: EC['x'] }],
  ['coordinates of another curve', { ...EC, crv: 'P-384' }],
  ['another type than its numbers', { ...EC, kty: 'RSA' }],
  ['RSA of 1024 bits', toJwk(rsa(1024).publicKey)],
  ['RSA with the exponent 1', { ...toJwk(rsa(2048).publicKey), e: 'AQ' }],
  ['RSA with an even exponent', { ...toJwk(rsa(2048).publicKey), e: 'BA' }],
  ['RSA whose modulus gives its factors away', { ...toJwk(rsa(2048).publicKey), n: toRocaModulus() }],
])('no token is verified by %s', (_, jwk) => {
  expect(readTokenKey(jwk)).toBeUndefined();
});

/** A power of 65537, and as such one modulo every prime, as all the moduli of that flaw are. */
function toRocaModulus(): string {
  return Buffer.from((65_537n ** 128n).toString(16).padStart(514, '0').slice(-514), 'hex').toString('base64url');
}

test('a PEM is held to the same, and a private one is refused as a whole', () => {
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ format: 'pem', type }) as string;
  expect(readPemKey(pem(ec.publicKey, 'spki'))?.type).toBe('public');
  for (const text of [pem(ec.privateKey, 'pkcs8'), pem(rsa(1024).publicKey, 'spki'), 'key']) expect(readPemKey(text)).toBeUndefined();
});

test('of the keys that an issuer publishes those for tokens are used, and the others no reason to refuse them', () => {
  expect(toTokenKeySet({ keys: [{ ...EC, use: 'enc' }, EC, { kty: 'oct', k: 'AAAA' }, { kty: 'new' }] })).toEqual({ keys: [EC] });
  expect(() => toTokenKeySet('keys')).toThrow(ZodError);
});
