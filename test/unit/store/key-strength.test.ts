import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { type CertificatePlan, ECDSA_SHA256, newKeys, oid, sequence } from '../../support/certificates.js';
import { findPathFault, type PathPlans } from './path-fault.js';

const NULL = Buffer.from([0x05, 0x00]);
const rsa = (modulusLength: number, publicExponent = 65_537) => generateKeyPairSync('rsa', { modulusLength, publicExponent });
const RSA_SHA256 = sequence(oid('1.2.840.113549.1.1.11'), NULL);
const signedByRsa = (keys: ReturnType<typeof rsa>) => ({ root: { keys, algorithm: RSA_SHA256 }, intermediate: { algorithm: RSA_SHA256 } });

test.each<[string, () => PathPlans]>([
  ['RSA of 2048 bits', () => signedByRsa(rsa(2048))],
  ['RSA of exponent 3', () => ({ leaf: { keys: rsa(2048, 3) } })],
  ['P-384', () => ({ leaf: { keys: generateKeyPairSync('ec', { namedCurve: 'P-384' }) } })],
  ['P-521', () => ({ intermediate: { keys: generateKeyPairSync('ec', { namedCurve: 'P-521' }) } })],
])('a key is strong: %s', async (_, plans) => {
  expect(await findPathFault(plans())).toBeUndefined();
});

function rsaOfExponent1(): CertificatePlan {
  const { n = '' } = rsa(2048).publicKey.export({ format: 'jwk' });
  return { keys: { ...newKeys(), publicKey: createPublicKey({ format: 'jwk', key: { kty: 'RSA', n, e: 'AQ' } }) } };
}

test.each<[string, () => PathPlans, string]>([
  ['RSA of exponent 1', () => ({ leaf: rsaOfExponent1() }), 'exponent is none'],
  ['RSA of 1024 bits', () => ({ leaf: { keys: rsa(1024) } }), 'RSA key of 1024 bits'],
  ['RSA of 2047 bits', () => signedByRsa(rsa(2047)), 'RSA key of 2047 bits'],
  ['RSA of 2052 bits', () => ({ leaf: { keys: rsa(2052) } }), 'RSA key of 2052 bits'],
  ['P-192', () => ({ leaf: { keys: generateKeyPairSync('ec', { namedCurve: 'prime192v1' }) } }), 'a key on prime192v1'],
  [
    'a curve that nobody asked for',
    () => ({ root: { keys: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) } }),
    'a key on secp256k1',
  ],
  [
    'a curve in own parameters',
    () => ({ leaf: { keys: generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }) } }),
    'curve that is spelled out',
  ],
  ['DSA', () => ({ leaf: { keys: generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }) } }), 'a key of type dsa'],
  ['a digest of SHA-1', () => ({ leaf: { algorithm: sequence(oid('1.2.840.10045.4.1')), hash: 'sha1' } }), 'is signed with SHA-1'],
  [
    'a digest of SHA-1 on the root',
    () => ({ root: { algorithm: sequence(oid('1.2.840.10045.4.1')), hash: 'sha1' } }),
    'is signed with SHA-1',
  ],
  [
    'a digest of MD5',
    () => ({
      root: { keys: rsa(2048), algorithm: RSA_SHA256 },
      intermediate: { algorithm: sequence(oid('1.2.840.113549.1.1.4'), NULL), hash: 'md5' },
    }),
    'is signed with',
  ],
  ['an algorithm that is unknown', () => ({ leaf: { algorithm: sequence(oid('1.2.3.4')) } }), 'unknown here'],
  ['another digest than it says', () => ({ leaf: { algorithm: ECDSA_SHA256, hash: 'sha384' } }), 'is not signed by'],
])('a path fails, and says so, over %s', async (_, plans, word) => {
  expect(await findPathFault(plans())).toContain(word);
});
