// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { Extension } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { createStorePki, STORE_SIGNER_OID, type StorePki, type StorePkiOptions } from '../../../../dev/store/pki.js';
import { AT, later, ORDER, verifySignedBy, verifyUnder } from './orders';

const invalid = (code: string) => ({ kind: 'invalid', code });

const unknown = (critical: boolean) => new Extension('1.3.6.1.4.1.99999.1', critical, Uint8Array.of(5, 0));
const mark = (value: Uint8Array) => new Extension(STORE_SIGNER_OID, false, value);
const SECONDS = 1000;

test.each<[string, StorePkiOptions, string]>([
  ['a leaf signed by a stranger', { leaf: { signedByStranger: true } }, 'CHAIN_SIGNATURE'],
  ['an intermediate signed by a stranger', { intermediate: { signedByStranger: true } }, 'CHAIN_SIGNATURE'],
  ['a leaf whose issuer is named otherwise', { leaf: { issuer: 'CN=Somebody Else' } }, 'CHAIN_NAMES'],
  ['an intermediate whose issuer is named otherwise', { intermediate: { issuer: 'CN=Somebody Else' } }, 'CHAIN_NAMES'],
  [
    'an issuer’s name in another spelling',
    { leaf: { issuer: 'CN=simulated store application ca, OU=Store Simulator, O=dropless, C=CN' } },
    'CHAIN_NAMES',
  ],
  ['an authority without a name', { intermediate: { name: '' } }, 'CHAIN_NAMES'],
  ['a leaf that is an authority', { leaf: { ca: true } }, 'CHAIN_AUTHORITY'],
  ['an intermediate that is no authority', { intermediate: { ca: false, pathLength: 'absent' } }, 'CHAIN_AUTHORITY'],
  ['an intermediate without basic constraints', { intermediate: { ca: 'absent' } }, 'CHAIN_AUTHORITY'],
  ['a root that is no authority', { root: { ca: false } }, 'CHAIN_AUTHORITY'],
  ['a root that allows no intermediate', { root: { pathLength: 0 } }, 'CHAIN_PATH_LENGTH'],
  ['a limit of the path without the authority', { leaf: { pathLength: 0 } }, 'CHAIN_MALFORMED'],
  ['a leaf whose key may not sign', { leaf: { keyUsages: ['keyAgreement'] } }, 'CHAIN_KEY_USAGE'],
  ['a leaf whose key’s use is not said', { leaf: { keyUsages: 'absent' } }, 'CHAIN_KEY_USAGE'],
  ['a leaf that may sign certificates', { leaf: { keyUsages: ['digitalSignature', 'keyCertSign'] } }, 'CHAIN_KEY_USAGE'],
  ['an intermediate that may not sign certificates', { intermediate: { keyUsages: ['cRLSign'] } }, 'CHAIN_KEY_USAGE'],
  ['an intermediate whose key’s use is not said', { intermediate: { keyUsages: 'absent' } }, 'CHAIN_KEY_USAGE'],
  ['a key without any use', { leaf: { keyUsages: [] } }, 'CHAIN_MALFORMED'],
  ['a leaf with a P-384 key', { leaf: { curve: 'P-384' } }, 'CHAIN_LEAF_KEY'],
  ['a leaf signed with SHA-512', { leaf: { hash: 'SHA-512' } }, 'CHAIN_ALGORITHM'],
  ['an unknown critical extension of the leaf', { leaf: { extensions: [unknown(true)] } }, 'CHAIN_EXTENSION_UNKNOWN'],
  ['one of the intermediate', { intermediate: { extensions: [unknown(true)] } }, 'CHAIN_EXTENSION_UNKNOWN'],
  ['one of the root', { root: { extensions: [unknown(true)] } }, 'CHAIN_EXTENSION_UNKNOWN'],
  ['an extension twice', { leaf: { extensions: [unknown(false), unknown(false)] } }, 'CHAIN_EXTENSION_TWICE'],
  ['an extension twice in the root', { root: { extensions: [unknown(false), unknown(false)] } }, 'CHAIN_EXTENSION_TWICE'],
  ['the store’s mark twice', { leaf: { extensions: [mark(Uint8Array.of(5, 0))] } }, 'CHAIN_EXTENSION_TWICE'],
  ['a leaf without the store’s mark', { leaf: { storeOid: 'absent' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
  ['a leaf with a critical mark', { leaf: { storeOid: 'critical' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
  [
    'a mark that holds something',
    { leaf: { storeOid: 'absent', extensions: [mark(Uint8Array.of(1, 1, 255))] } },
    'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
  ],
  ['an empty mark', { leaf: { storeOid: 'absent', extensions: [mark(Uint8Array.of())] } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
  ['the mark on the intermediate', { intermediate: { storeOid: 'non-critical' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
  ['an expired leaf', { leaf: { notAfter: later(-SECONDS) } }, 'CHAIN_TIME'],
  ['an expired intermediate', { intermediate: { notAfter: later(-SECONDS) } }, 'CHAIN_TIME'],
  ['an intermediate not yet valid', { intermediate: { notBefore: later(SECONDS) } }, 'CHAIN_TIME'],
  ['an expired root', { root: { notAfter: later(-SECONDS) } }, 'CHAIN_TIME'],
  ['a root not yet valid', { root: { notBefore: later(SECONDS) } }, 'CHAIN_TIME'],
])('the path is judged whole, and the rule named: %s', async (_, options, code) => {
  expect(await verifySignedBy(options)).toEqual(invalid(code));
});

test.each<[string, StorePkiOptions]>([
  ['an extension unknown and not critical', { leaf: { extensions: [unknown(false)] } }],
  ['an intermediate without a limit of its own', { intermediate: { pathLength: 'absent' } }],
  ['a root with just enough of one', { root: { pathLength: 1 } }],
  ['authorities with P-256 keys', { root: { curve: 'P-256' }, intermediate: { curve: 'P-256' } }],
  ['SHA-256, where the certificate names it', { leaf: { hash: 'SHA-256' }, intermediate: { hash: 'SHA-256' }, root: { hash: 'SHA-256' } }],
  ['a life beyond 2049', { leaf: { notAfter: new Date('2055-01-01T00:00:00Z') } }],
])('%s is no obstacle', async (_, options) => {
  expect(await verifySignedBy(options)).toMatchObject({ kind: 'valid' });
});

async function verifyWithX5c(choose: (x5c: StorePki['x5c'], foreign: StorePki['x5c']) => readonly string[]) {
  const [pki, foreign] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  return verifyUnder(pki, await pki.sign(ORDER, { header: { x5c: choose(pki.x5c, foreign.x5c) } }));
}

const toDer = (base64: string) => Buffer.from(base64, 'base64');
const toPem = (base64: string) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`).toString('base64');

test.each<[string, Parameters<typeof verifyWithX5c>[0], string]>([
  ['none', () => [], 'CHAIN_LENGTH'],
  ['the leaf alone', ([leaf]) => [leaf], 'CHAIN_LENGTH'],
  ['two', ([leaf, ca]) => [leaf, ca], 'CHAIN_LENGTH'],
  ['four', (x5c) => [...x5c, x5c[2]], 'CHAIN_LENGTH'],
  ['the root first', ([leaf, ca, root]) => [root, ca, leaf], 'CHAIN_ROOT_UNKNOWN'],
  ['the leaf in the middle', ([leaf, ca, root]) => [ca, leaf, root], 'CHAIN_NAMES'],
  ['the root twice, no intermediate', ([leaf, , root]) => [leaf, root, root], 'CHAIN_NAMES'],
  ['the leaf twice', ([leaf, , root]) => [leaf, leaf, root], 'CHAIN_NAMES'],
  ['another store’s leaf', ([, ca, root], [leaf]) => [leaf, ca, root], 'CHAIN_SIGNATURE'],
  ['another store’s intermediate', ([leaf, , root], [, ca]) => [leaf, ca, root], 'CHAIN_SIGNATURE'],
  ['another store’s root, of the same name', ([leaf, ca], [, , root]) => [leaf, ca, root], 'CHAIN_ROOT_UNKNOWN'],
  ['another store’s whole chain', (_, foreign) => foreign, 'CHAIN_ROOT_UNKNOWN'],
  ['an empty entry', ([leaf, , root]) => [leaf, '', root], 'CHAIN_MALFORMED'],
  ['base64url', ([leaf, ca, root]) => [toDer(leaf).toString('base64url'), ca, root], 'CHAIN_MALFORMED'],
  ['line breaks inside', ([leaf, ca, root]) => [`${leaf.slice(0, 64)}\n${leaf.slice(64)}`, ca, root], 'CHAIN_MALFORMED'],
  [
    'a byte after the leaf',
    ([leaf, ca, root]) => [Buffer.concat([toDer(leaf), Buffer.alloc(1)]).toString('base64'), ca, root],
    'CHAIN_MALFORMED',
  ],
  ['half a leaf', ([leaf, ca, root]) => [leaf.slice(0, 400), ca, root], 'CHAIN_MALFORMED'],
  ['PEM', ([leaf, ca, root]) => [toPem(leaf), ca, root], 'CHAIN_MALFORMED'],
  ['DER of something else', ([, ca, root]) => [Buffer.from('3003020101', 'hex').toString('base64'), ca, root], 'CHAIN_MALFORMED'],
])('x5c is exactly leaf, intermediate and root: refused with %s', async (_, choose, code) => {
  expect(await verifyWithX5c(choose)).toEqual(invalid(code));
});

test('no trusted root trusts nothing, a successor’s is trusted beside the first', async () => {
  const [first, second] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  expect(await verifyUnder(first, await first.sign(ORDER), { trustedRoots: [] })).toEqual(invalid('CHAIN_ROOT_UNKNOWN'));
  const trustedRoots = [first.rootFingerprint, second.rootFingerprint];
  for (const pki of [first, second])
    expect(await verifyUnder(pki, await pki.sign(ORDER), { trustedRoots })).toMatchObject({ kind: 'valid' });
});
