import { createHmac, X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../../dev/store/pki.js';
import { toDerSignature } from '../../../src/main/ets/core/verifier/ecdsa-signature';
import { AT, ORDER, partsOf, toBase64Url, verifyUnder } from './orders';

let pki: StorePki;
let jws: string;
beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  jws = await pki.sign(ORDER);
});

const invalid = (code: string) => ({ kind: 'invalid', code });

test.each([
  '',
  '.',
  '..',
  'e30.e30',
  'e30.e30.e30.e30',
  'e30..e30',
  '.e30.e30',
  'e30.e30.',
  'e30.e30.e30=',
  'e30.e3 0.e30',
  'e30.e30.e/+0',
  '{}',
])('a compact JWS is three parts of base64url: %j is malformed', async (text) => {
  expect(await verifyUnder(pki, text)).toEqual(invalid('JWS_MALFORMED'));
});

test.each([undefined, null, 5, {}, ['a.b.c']])('so is what is no text at all: %j', async (value) => {
  expect(await verifyUnder(pki, value as string)).toEqual(invalid('JWS_MALFORMED'));
});

test('so is anything of more than 64 KB, before a byte of it is read', async () => {
  expect(await verifyUnder(pki, await pki.sign({ ...ORDER, countryCode: 'C'.repeat(40_000) }))).toMatchObject({ kind: 'valid' });
  expect(await verifyUnder(pki, await pki.sign({ ...ORDER, countryCode: 'C'.repeat(60_000) }))).toEqual(invalid('JWS_MALFORMED'));
});

test('the text is taken as it stands, without what may surround it', async () => {
  for (const text of [` ${jws}`, `${jws}\n`, `${jws}.`]) expect(await verifyUnder(pki, text)).toEqual(invalid('JWS_MALFORMED'));
});

test('each part has one spelling: a second one of the same bytes is malformed', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelled = jws.slice(0, -1) + alphabet.charAt(alphabet.indexOf(jws.slice(-1)) + 1);
  expect(Buffer.from(partsOf(respelled)[2], 'base64url')).toEqual(Buffer.from(partsOf(jws)[2], 'base64url'));
  expect(await verifyUnder(pki, respelled)).toEqual(invalid('JWS_MALFORMED'));
});

test.each([
  ['an array', '[]'],
  ['a number', '1'],
  ['null', 'null'],
  ['a text', '"ES256"'],
  ['no JSON', '{'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['behind a byte order mark', '\ufeff{}'],
])('a header that is %s is malformed', async (_, header) => {
  const [, payload, signature] = partsOf(jws);
  expect(await verifyUnder(pki, `${toBase64Url(header)}.${payload}.${signature}`)).toEqual(invalid('JWS_MALFORMED'));
});

test.each<[string, object]>([
  ['none as algorithm', { alg: 'none' }],
  ['another algorithm', { alg: 'ES384' }],
  ['ES256 in another spelling', { alg: 'es256' }],
  ['no algorithm', { alg: undefined }],
  ['algorithms in a list', { alg: ['ES256'] }],
  ['crit', { crit: ['exp'] }],
  ['an empty crit', { crit: [] }],
  ['b64', { b64: false }],
  ['b64 as it would be anyway', { b64: true }],
  ['jwk', { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }],
  ['jku', { jku: 'https://keys.example/jwks.json' }],
  ['x5u', { x5u: 'https://keys.example/chain.pem' }],
  ['null as x5u', { x5u: null }],
  ['another type', { typ: 'at+jwt' }],
  ['no x5c', { x5c: undefined }],
  ['x5c as one string', { x5c: 'MIIB' }],
  ['x5c of numbers', { x5c: [1, 2, 3] }],
  ['an x5c that only looks like an array', { x5c: { 0: 'a', 1: 'b', 2: 'c', length: 3 } }],
])('a header with %s is refused, however well signed', async (_, header) => {
  expect(await verifyUnder(pki, await pki.sign(ORDER, { header: { ...header } }))).toEqual(invalid('JWS_HEADER_REFUSED'));
});

test('unknown header fields are no reason to refuse, nor is a missing type', async () => {
  for (const header of [{ kid: '1', added: true }, { typ: undefined }]) {
    expect(await verifyUnder(pki, await pki.sign(ORDER, { header }))).toMatchObject({ kind: 'valid' });
  }
});

test('the leaf’s public key is no shared secret: HS256 with it is refused', async () => {
  const publicKey = new X509Certificate(Buffer.from(pki.x5c[0], 'base64')).publicKey.export({ format: 'pem', type: 'spki' });
  const input = `${toBase64Url(JSON.stringify({ x5c: pki.x5c, alg: 'HS256', typ: 'JWT' }))}.${toBase64Url(JSON.stringify(ORDER))}`;
  const mac = createHmac('sha256', publicKey).update(input).digest('base64url');
  expect(await verifyUnder(pki, `${input}.${mac}`)).toEqual(invalid('JWS_HEADER_REFUSED'));
});

test('the signature is r and s in 64 bytes, over this header and this payload', async () => {
  const [header, payload, signature] = partsOf(jws);
  const [otherHeader, otherPayload, otherSignature] = partsOf(await pki.sign({ ...ORDER, quantity: 9 }, { header: { kid: '1' } }));
  const numbers = Buffer.from(signature, 'base64url');
  const bad = [
    `${header}.${payload}.${otherSignature}`,
    `${header}.${otherPayload}.${signature}`,
    `${otherHeader}.${payload}.${signature}`,
    `${header}.${payload}.${toBase64Url(numbers.subarray(0, 63))}`,
    `${header}.${payload}.${toBase64Url(Buffer.concat([numbers, Buffer.alloc(1)]))}`,
    `${header}.${payload}.${toBase64Url(Buffer.concat([numbers.subarray(32), numbers.subarray(0, 32)]))}`,
  ];
  for (const text of bad) expect(await verifyUnder(pki, text)).toEqual(invalid('JWS_SIGNATURE_INVALID'));
});

test('a signature in DER is refused, though its numbers be good', async () => {
  const [header, payload, signature] = partsOf(jws);
  const der = toBase64Url(toDerSignature(Buffer.from(signature, 'base64url')));
  expect(await verifyUnder(pki, `${header}.${payload}.${der}`)).toEqual(invalid('JWS_SIGNATURE_INVALID'));
});
