import { createHmac, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { readCompactJws } from '../../../src/store/verify-compact-es256.js';
import { AT, ORDER, refusedAs, verifyUnder } from './signed-evidence.js';

let pki: StorePki;
let jws: string;

beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  jws = await pki.sign(ORDER);
});

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const partsOf = (text: string) => text.split('.') as [header: string, payload: string, signature: string];

test('an untouched document is valid', async () => {
  expect(await verifyUnder(pki, jws)).toMatchObject({ kind: 'valid', document: 'purchase-order' });
});

test('a flipped bit at any of many places is refused, and never valid', async () => {
  const refusals = new Set<string>();
  for (let at = 3; at < jws.length; at += 211) {
    const flipped = jws.slice(0, at) + (jws[at] === 'A' ? 'B' : 'A') + jws.slice(at + 1);
    if (flipped === jws) continue;
    const verdict = await verifyUnder(pki, flipped);
    expect(verdict).toMatchObject({ kind: 'invalid', keep: undefined });
    if (verdict.kind !== 'valid') refusals.add(verdict.code);
  }
  expect([...refusals]).toContain('JWS_SIGNATURE_INVALID');
});

test('a changed payload under the old signature is refused', async () => {
  const [header, , signature] = partsOf(jws);
  const forged = `${header}.${encode({ ...ORDER, quantity: 10 })}.${signature}`;
  expect(await verifyUnder(pki, forged)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
});

test('a signature by a key that the chain does not know is refused', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [header, payload] = partsOf(jws);
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  expect(await verifyUnder(pki, `${header}.${payload}.${signature.toString('base64url')}`)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
});

test.each([
  ['all zero', Buffer.alloc(64)],
  ['a byte too short', Buffer.alloc(63, 1)],
  ['a byte too long', Buffer.alloc(65, 1)],
  [
    'of r and s equal to the group’s order',
    Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex'),
  ],
])('a signature that is %s is refused', async (_, signature) => {
  const [header, payload] = partsOf(jws);
  expect(await verifyUnder(pki, `${header}.${payload}.${signature.toString('base64url')}`)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
});

test('a signature in DER form is refused: a JWS has r and s, 64 bytes', async () => {
  const [header, payload, signature] = partsOf(jws);
  const raw = Buffer.from(signature, 'base64url');
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([2, 33, 0]), bytes]);
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  expect(await verifyUnder(pki, `${header}.${payload}.${der.toString('base64url')}`)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
});

test.each(['none', 'None', 'HS256', 'ES384', 'ES512', 'ES256K', 'RS256', 'PS256', 'EdDSA', 'es256', '', null, ['ES256'], undefined])(
  'the algorithm is ES256 whatever the header says: %j',
  async (alg) => {
    expect(await verifyUnder(pki, await pki.sign(ORDER, { header: { alg } }))).toEqual(refusedAs('JWS_HEADER_REFUSED'));
  },
);

test('a document without a signature is malformed', async () => {
  const [, payload] = partsOf(jws);
  expect(await verifyUnder(pki, `${encode({ alg: 'none' })}.${payload}.`)).toEqual(refusedAs('JWS_MALFORMED'));
});

test.each(['eyJ9.eyJ9', 'e30.e30.e30.e30', 'e30..e30', 'e30.e30.', '.e30.e30', 'e30.e30.e30=', 'e30.e30.e3 0', 'e30.e30.e/+0'])(
  'a compact JWS is three parts of base64url: %j is malformed',
  (text) => {
    expect(() => readCompactJws(text)).toThrow(expect.objectContaining({ code: 'JWS_MALFORMED' }) as Error);
  },
);

test('the leaf’s public key is no shared secret: HS256 with it is refused', async () => {
  const publicKey = new X509Certificate(Buffer.from(pki.x5c[0], 'base64')).publicKey.export({ format: 'pem', type: 'spki' });
  const input = `${encode({ x5c: pki.x5c, alg: 'HS256', typ: 'JWT' })}.${encode(ORDER)}`;
  const mac = createHmac('sha256', publicKey).update(input).digest('base64url');
  expect(await verifyUnder(pki, `${input}.${mac}`)).toEqual(refusedAs('JWS_HEADER_REFUSED'));
});

test.each([
  ['crit', { crit: ['exp'] }],
  ['an empty crit', { crit: [] }],
  ['b64', { b64: false, crit: ['b64'] }],
  ['b64 as it would be anyway', { b64: true }],
  ['jwk', { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }],
  ['jku', { jku: 'https://keys.example/jwks.json' }],
  ['x5u', { x5u: 'https://keys.example/chain.pem' }],
  ['null as x5u', { x5u: null }],
  ['another type', { typ: 'at+jwt' }],
  ['x5c as one string', { x5c: 'MIIB' }],
  ['no x5c', { x5c: undefined }],
  ['x5c of numbers', { x5c: [1, 2, 3] }],
  ['an x5c that only looks like an array', { x5c: { 0: 'a', 1: 'b', 2: 'c', length: 3 } }],
])('a header with %s is refused, however well signed', async (_, header) => {
  expect(await verifyUnder(pki, await pki.sign(ORDER, { header }))).toEqual(refusedAs('JWS_HEADER_REFUSED'));
});

test('unknown header fields are no reason to refuse', async () => {
  expect(await verifyUnder(pki, await pki.sign(ORDER, { header: { kid: '1', added: true } }))).toMatchObject({ kind: 'valid' });
});

test.each([
  ['an array', '[]'],
  ['a number', '1'],
  ['null', 'null'],
  ['no JSON', '{'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
])('a header that is %s is malformed', async (_, header) => {
  const [, payload, signature] = partsOf(jws);
  expect(await verifyUnder(pki, `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`)).toEqual(
    refusedAs('JWS_MALFORMED'),
  );
});

test('each part has one spelling: a second one of the same bytes is malformed', async () => {
  const [header, payload, signature] = partsOf(jws);
  // 64 bytes leave four unused bits in the last character.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelled = signature.slice(0, -1) + alphabet.charAt(alphabet.indexOf(signature.slice(-1)) + 1);
  expect(Buffer.from(respelled, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
  expect(await verifyUnder(pki, `${header}.${payload}.${respelled}`)).toEqual(refusedAs('JWS_MALFORMED'));
});
