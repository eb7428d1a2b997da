// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createHmac, X509Certificate } from 'node:crypto';
import { Extension } from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import { createStorePki, STORE_SIGNER_OID, type StorePki, type StorePkiOptions } from '../../../dev/store/pki.js';
import { createVerifier, type Verdict } from '../../../src/store/index.js';
import { AT, DAY_MS, later, NOTIFICATION, ORDER, verifySignedBy } from './signed-evidence.js';

/** The attack list of the issue, one test each with its exact code; revocation has a list of its own. */
let pki: StorePki;
let foreign: StorePki;
let header: string;
let payload: string;
let signature: string;
beforeAll(async () => {
  [pki, foreign] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  [header, payload, signature] = (await pki.sign(ORDER)).split('.') as [string, string, string];
});

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const codeOf = (verdict: Verdict) => (verdict.kind === 'valid' ? 'valid' : verdict.code);

async function judge(jws: string, at = AT): Promise<string> {
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verifyPurchase(jws, at);
  return codeOf(verdict);
}

describe('algorithms', () => {
  test.each(['none', 'NONE', undefined, 'RS256', 'ES384', 'HS256', 'es256', null, ['ES256']])('alg %j', async (alg) => {
    expect(await judge(await pki.sign(ORDER, { header: { alg } }))).toBe('JWS_HEADER_REFUSED');
  });

  test('none, without a signature', async () => {
    expect(await judge(`${encode({ alg: 'none', x5c: pki.x5c })}.${payload}.`)).toBe('JWS_MALFORMED');
  });

  test('HS256 keyed with the leaf’s public key', async () => {
    const key = new X509Certificate(Buffer.from(pki.x5c[0], 'base64')).publicKey.export({ format: 'pem', type: 'spki' });
    const input = `${encode({ x5c: pki.x5c, alg: 'HS256', typ: 'JWT' })}.${payload}`;
    const mac = createHmac('sha256', key).update(input).digest('base64url');
    expect(await judge(`${input}.${mac}`)).toBe('JWS_HEADER_REFUSED');
  });
});

type X5c = StorePki['x5c'];
const toPem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
const toUrlSafe = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');

describe('x5c', () => {
  test.each<[string, (x5c: X5c, foreign: X5c) => unknown, string]>([
    ['of 0 entries', () => [], 'JWS_CHAIN_INVALID'],
    ['of 1', ([leaf]) => [leaf], 'JWS_CHAIN_INVALID'],
    ['of 2', ([leaf, ca]) => [leaf, ca], 'JWS_CHAIN_INVALID'],
    ['of 4', (x5c) => [...x5c, x5c[2]], 'JWS_CHAIN_INVALID'],
    ['reversed', (x5c) => x5c.toReversed(), 'JWS_CHAIN_INVALID'],
    ['of one entry repeated', ([leaf]) => [leaf, leaf, leaf], 'JWS_CHAIN_INVALID'],
    ['with the root repeated', ([leaf, , root]) => [leaf, root, root], 'JWS_CHAIN_INVALID'],
    ['that is absent', () => undefined, 'JWS_HEADER_REFUSED'],
    ['that is one string', ([leaf]) => leaf, 'JWS_HEADER_REFUSED'],
    ['of numbers', () => [1, 2, 3], 'JWS_HEADER_REFUSED'],
    ['with null', ([leaf, ca]) => [leaf, ca, null], 'JWS_HEADER_REFUSED'],
    ['in PEM', (x5c) => x5c.map(toPem), 'JWS_CHAIN_INVALID'],
    ['in url-safe base64', (x5c) => x5c.map(toUrlSafe), 'JWS_CHAIN_INVALID'],
    ['of 10 MB', ([leaf, ca]) => [leaf, ca, 'A'.repeat(10_000_000)], 'JWS_MALFORMED'],
    ['of 100 KB', ([leaf, ca]) => [leaf, ca, 'A'.repeat(100_000)], 'JWS_MALFORMED'],
    ['with another’s root in the last place', ([leaf, ca], [, , root]) => [leaf, ca, root], 'JWS_CHAIN_INVALID'],
    ['with another’s intermediate under the right root', ([leaf, , root], [, ca]) => [leaf, ca, root], 'JWS_CHAIN_INVALID'],
    ['with another’s leaf', ([, ca, root], [leaf]) => [leaf, ca, root], 'JWS_CHAIN_INVALID'],
  ])('%s', async (_, choose, code) => {
    expect(await judge(await pki.sign(ORDER, { header: { x5c: choose(pki.x5c, foreign.x5c) } }))).toBe(code);
  });

  test('that is whole, under a root of the forger’s own with the same names', async () => {
    expect(await judge(await foreign.sign(ORDER))).toBe('JWS_CHAIN_INVALID');
  });
});

const unknown = (critical: boolean) => new Extension('1.3.6.1.4.1.99999.1', critical, Uint8Array.of(5, 0));
const oid = new Extension(STORE_SIGNER_OID, false, Uint8Array.of(5, 0));
const SECOND = 1000;

describe('certificates', () => {
  test.each<[string, StorePkiOptions, string]>([
    ['leaf with the issuer’s name, without its key', { leaf: { signedByStranger: true } }, 'JWS_CHAIN_INVALID'],
    ['intermediate with the issuer’s name, without its key', { intermediate: { signedByStranger: true } }, 'JWS_CHAIN_INVALID'],
    ['leaf whose issuer is named otherwise', { leaf: { issuer: 'CN=Somebody Else' } }, 'JWS_CHAIN_INVALID'],
    ['expired intermediate', { intermediate: { notAfter: later(-SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['intermediate at its last second', { intermediate: { notAfter: AT } }, 'valid'],
    ['intermediate not yet valid', { intermediate: { notBefore: later(SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['intermediate at its first second', { intermediate: { notBefore: AT } }, 'valid'],
    ['expired root', { root: { notAfter: later(-SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['root at its last second', { root: { notAfter: AT } }, 'valid'],
    ['root not yet valid', { root: { notBefore: later(SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['root at its first second', { root: { notBefore: AT } }, 'valid'],
    ['leaf that has expired', { leaf: { notAfter: later(-SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['leaf at its last second', { leaf: { notAfter: AT } }, 'valid'],
    ['leaf a second before its first', { leaf: { notBefore: later(SECOND) } }, 'CLOCK_OR_CERTIFICATE_EARLY'],
    ['leaf a day before its first', { leaf: { notBefore: later(DAY_MS) } }, 'CLOCK_OR_CERTIFICATE_EARLY'],
    ['leaf more than a day before its first', { leaf: { notBefore: later(DAY_MS + SECOND) } }, 'JWS_CHAIN_INVALID'],
    ['leaf at its first second', { leaf: { notBefore: AT } }, 'valid'],
    ['intermediate that is no authority', { intermediate: { ca: false, pathLength: 'absent' } }, 'JWS_CHAIN_INVALID'],
    ['intermediate without basic constraints', { intermediate: { ca: 'absent' } }, 'JWS_CHAIN_INVALID'],
    ['intermediate that may not sign certificates', { intermediate: { keyUsages: ['cRLSign'] } }, 'JWS_CHAIN_INVALID'],
    ['root that allows no intermediate', { root: { pathLength: 0 } }, 'JWS_CHAIN_INVALID'],
    ['leaf that is an authority', { leaf: { ca: true } }, 'JWS_CHAIN_INVALID'],
    ['leaf whose key may not sign', { leaf: { keyUsages: ['keyAgreement'] } }, 'JWS_CHAIN_INVALID'],
    ['leaf with a key on P-384', { leaf: { curve: 'P-384' } }, 'JWS_CHAIN_INVALID'],
    ['leaf without the OID', { leaf: { storeOid: 'absent' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
    ['leaf with the OID as critical', { leaf: { storeOid: 'critical' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
    [
      'OID on the intermediate instead',
      { intermediate: { storeOid: 'non-critical' }, leaf: { storeOid: 'absent' } },
      'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
    ],
    [
      'leaf of the sibling authority, for other uses',
      { intermediate: { name: 'CN=Software Signing CA' }, leaf: { storeOid: 'absent' } },
      'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
    ],
    ['leaf with the OID twice', { leaf: { extensions: [oid] } }, 'JWS_CHAIN_INVALID'],
    ['leaf with an unknown critical extension', { leaf: { extensions: [unknown(true)] } }, 'JWS_CHAIN_INVALID'],
    ['intermediate with one', { intermediate: { extensions: [unknown(true)] } }, 'JWS_CHAIN_INVALID'],
    ['leaf with an unknown extension that is not critical', { leaf: { extensions: [unknown(false)] } }, 'valid'],
  ])('%s', async (_, options, code) => {
    expect(codeOf(await verifySignedBy(options))).toBe(code);
  });

  test('leaf that has expired since it signed', async () => {
    const leaf = { notAfter: later(-SECOND) };
    expect(codeOf(await verifySignedBy({ leaf }, { ...ORDER, signedTime: AT.getTime() - SECOND }))).toBe('JWS_CERTIFICATE_EXPIRED');
  });
});

describe('headers', () => {
  test.each([
    ['crit', { crit: ['exp'] }],
    ['an empty crit', { crit: [] }],
    ['b64', { b64: false, crit: ['b64'] }],
    ['b64 as it would be anyway', { b64: true }],
    ['jwk', { jwk: { kty: 'EC' } }],
    ['jku', { jku: 'https://keys.example/jwks.json' }],
    ['x5u', { x5u: 'https://keys.example/chain.pem' }],
    ['null as x5u', { x5u: null }],
    ['another typ', { typ: 'at+jwt' }],
  ])('%s', async (_, changes) => {
    expect(await judge(await pki.sign(ORDER, { header: changes }))).toBe('JWS_HEADER_REFUSED');
  });

  const withHeader = (change: (json: string) => string) =>
    `${encode(change(Buffer.from(header, 'base64url').toString()))}.${payload}.${signature}`;

  test.each<[string, (json: string) => string, string]>([
    ['alg twice', (json) => json.replace('{', '{"alg":"none",'), 'JWS_MALFORMED'],
    ['alg twice, once spelt otherwise', (json) => json.replace('{', '{"\\u0061lg":"none",'), 'JWS_MALFORMED'],
    ['a name twice, further down', (json) => json.replace('{', '{"a":[{"b":1,"b":1}],'), 'JWS_MALFORMED'],
    ['a byte order mark', (json) => `\ufeff${json}`, 'JWS_MALFORMED'],
    ['NUL at the end', (json) => `${json}\0`, 'JWS_MALFORMED'],
    ['NUL inside', (json) => json.replace('ES256', 'ES256\0'), 'JWS_MALFORMED'],
    ['half of a character', (json) => json.replace('{', '{"kid":"\\ud800",'), 'JWS_MALFORMED'],
    ['10,000 levels', (json) => json.replace('{', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)},`), 'JWS_MALFORMED'],
    ['two values', (json) => `${json}{}`, 'JWS_MALFORMED'],
    ['a comment', (json) => `${json}//`, 'JWS_MALFORMED'],
    ['an array', (json) => `[${json}]`, 'JWS_MALFORMED'],
    ['alg by way of __proto__', (json) => json.replace('"alg":"ES256"', '"__proto__":{"alg":"ES256"}'), 'JWS_HEADER_REFUSED'],
    ['alg with NUL behind', (json) => json.replace('ES256', 'ES256\\u0000'), 'JWS_HEADER_REFUSED'],
    ['__proto__ beside', (json) => json.replace('{', '{"__proto__":{"x":1},'), 'JWS_SIGNATURE_INVALID'],
    ['white space around', (json) => ` ${json}\n`, 'JWS_SIGNATURE_INVALID'],
  ])('%s', async (_, change, code) => {
    expect(await judge(withHeader(change))).toBe(code);
  });
});

describe('the envelope', () => {
  test.each<[string, () => string]>([
    ['no segment', () => ''],
    ['one segment', () => header],
    ['two segments', () => `${header}.${payload}`],
    ['four segments', () => `${header}.${payload}.${signature}.${signature}`],
    ['five segments', () => `${header}..${payload}.${signature}.AA`],
    ['an empty header', () => `.${payload}.${signature}`],
    ['an empty payload', () => `${header}..${signature}`],
    ['an empty signature', () => `${header}.${payload}.`],
    ['the JSON form', () => JSON.stringify({ protected: header, payload, signature })],
    ['a space before', () => ` ${header}.${payload}.${signature}`],
    ['a line break behind', () => `${header}.${payload}.${signature}\n`],
    ['a line break inside', () => `${header}.${payload.slice(0, 8)}\n${payload.slice(8)}.${signature}`],
    ['NUL', () => `${header}.${payload}\0.${signature}`],
    ['a byte order mark', () => `\ufeff${header}.${payload}.${signature}`],
    ['half of a character', () => `${header}.${payload}\ud800.${signature}`],
    ['padding', () => `${header}.${payload}.${signature}==`],
    ['plain base64', () => `${header}.${payload}.${signature.slice(0, -2)}+/`],
    ['bits that count for nothing', () => `${header}.${payload}.${signature.slice(0, -1)}B`],
  ])('%s', async (_, build) => {
    expect(await judge(build())).toBe('JWS_MALFORMED');
  });
});

const ORDER_OF_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const toBytes = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');

describe('signatures', () => {
  const EDGES = [0n, ORDER_OF_P256, ORDER_OF_P256 + 1n];
  test.each(EDGES.flatMap((edge, number) => ['r', 's'].map((which) => ({ name: ['0', 'n', 'n+1'][number], which, edge }))))(
    '$which = $name',
    async ({ which, edge }) => {
      const bytes = Buffer.from(signature, 'base64url');
      toBytes(edge).copy(bytes, which === 'r' ? 0 : 32);
      expect(await judge(`${header}.${payload}.${bytes.toString('base64url')}`)).toBe('JWS_SIGNATURE_INVALID');
    },
  );

  test('low and high s are both good: nothing is told apart by its text', async () => {
    const bytes = Buffer.from(signature, 'base64url');
    toBytes(ORDER_OF_P256 - BigInt(`0x${bytes.subarray(32).toString('hex')}`)).copy(bytes, 32);
    expect(await judge(`${header}.${payload}.${bytes.toString('base64url')}`)).toBe('valid');
    expect(await judge(`${header}.${payload}.${signature}`)).toBe('valid');
  });

  test('of another payload', async () => {
    expect(await judge(`${header}.${encode({ ...ORDER, quantity: 10 })}.${signature}`)).toBe('JWS_SIGNATURE_INVALID');
  });
});

const twice = (name: string, first: unknown) => JSON.stringify(ORDER).replace('{', `{${JSON.stringify(name)}:${JSON.stringify(first)},`);
const deep = (levels: number) => JSON.stringify(ORDER).replace('{', `{"later":${'['.repeat(levels)}${']'.repeat(levels)},`);

describe('payloads under a good signature', () => {
  test.each<[string, object | string, string]>([
    ['an array', JSON.stringify([ORDER]), 'PAYLOAD_UNREADABLE'],
    ['a number', '7', 'PAYLOAD_UNREADABLE'],
    ['10,000 levels', deep(10_000), 'PAYLOAD_UNREADABLE'],
    ['more than a quarter of a megabyte', { ...ORDER, later: 'x'.repeat(262_144) }, 'PAYLOAD_UNREADABLE'],
    ['a byte order mark', `\ufeff${JSON.stringify(ORDER)}`, 'PAYLOAD_UNREADABLE'],
    ['no order id', { ...ORDER, purchaseOrderId: undefined }, 'PAYLOAD_UNREADABLE'],
    ['the order id twice', twice('purchaseOrderId', 'other'), 'PAYLOAD_UNREADABLE'],
    ['the application twice', twice('applicationId', ORDER.applicationId), 'PAYLOAD_UNREADABLE'],
    ['the environment twice', twice('environment', 'SANDBOX'), 'PAYLOAD_UNREADABLE'],
    [
      'an environment by way of __proto__',
      twice('__proto__', { environment: 'NORMAL' }).replace(',"environment":"NORMAL"', ''),
      'PAYLOAD_UNREADABLE',
    ],
    ['half of a character in the order id', { ...ORDER, purchaseOrderId: 'order\ud800' }, 'PAYLOAD_UNREADABLE'],
    ['unknown fields', twice('later', { added: [null] }), 'valid'],
    ['unknown fields, ten levels deep', deep(10), 'valid'],
    ['an unknown field twice', twice('later', 1).replace('{', '{"later":2,'), 'valid'],
    ['a notification', NOTIFICATION, 'WRONG_DOCUMENT'],
    ['a subscription’s status', { ...ORDER, lastSubscriptionStatus: {} }, 'WRONG_DOCUMENT'],
  ])('%s', async (_, content, code) => {
    expect(await judge(await pki.sign(content))).toBe(code);
  });

  test.each<[string, object | string, string]>([
    ['quantity 0', { ...ORDER, quantity: 0 }, 'quantity'],
    ['a negative quantity', { ...ORDER, quantity: -1 }, 'quantity'],
    ['quantity 11', { ...ORDER, quantity: 11 }, 'quantity'],
    ['quantity "1"', { ...ORDER, quantity: '1' }, 'quantity'],
    ['the quantity twice', twice('quantity', 1).replace('{', '{"quantity":9,'), 'quantity'],
    ['an unknown type', { ...ORDER, productType: '9' }, 'productType'],
    ['half of a character in the product', { ...ORDER, productId: 'coins\ud800' }, 'productId'],
    ['NUL in the product', { ...ORDER, productId: 'coins\0' }, 'productId'],
    [
      'a code of revocation twice',
      twice('purchaseOrderRevocationReasonCode', '').replace('{', '{"purchaseOrderRevocationReasonCode":"0",'),
      'purchaseOrderRevocationReasonCode',
    ],
  ])('%s is valid, and parks for what is not understood', async (_, content, field) => {
    const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verifyPurchase(await pki.sign(content), AT);
    expect(verdict).toMatchObject({ kind: 'valid', purchases: [{ unexpected: [field], revocation: undefined }] });
  });

  test('an order presented as a notification, and as a subscription’s status', async () => {
    const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
    const jws = await pki.sign(ORDER);
    expect((await verifier.verifyNotification(jws, AT)).verdict).toMatchObject({ kind: 'invalid', code: 'WRONG_DOCUMENT' });
    expect((await verifier.verifySubscriptionStatus(jws, AT)).verdict).toMatchObject({ kind: 'invalid', code: 'WRONG_DOCUMENT' });
  });
});
