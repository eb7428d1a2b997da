import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { AT, ORDER, refusedAs, verifyUnder } from './signed-evidence.js';

let pki: StorePki;
let jws: string;

beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  jws = await pki.sign(ORDER);
});

const partsOf = (text: string) => text.split('.') as [header: string, payload: string, signature: string];

test('an untouched document is valid', async () => {
  expect(await verifyUnder(pki, jws)).toMatchObject({ kind: 'valid', document: 'purchase-order' });
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
