import { expect, test } from 'vitest';
import { createStorePki, type StorePki, type StorePkiOptions } from '../../../dev/store/pki.js';
import type { ErrorCode } from '../../../src/domain/error-codes.js';
import { createVerifier } from '../../../src/store/index.js';
import { AT, DAY_MS, later, ORDER, refusedAs, verifySignedBy, verifyUnder } from './signed-evidence.js';

const invalid = refusedAs('JWS_CHAIN_INVALID');

async function verifyWithX5c(choose: (x5c: StorePki['x5c'], foreign: StorePki['x5c']) => readonly string[]) {
  const [pki, foreign] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  return verifyUnder(pki, await pki.sign(ORDER, { header: { x5c: choose(pki.x5c, foreign.x5c) } }));
}

const toPem = (base64: string) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`).toString('base64');

test.each<[string, Parameters<typeof verifyWithX5c>[0]]>([
  ['the leaf in the middle', ([leaf, ca, root]) => [ca, leaf, root]],
  ['the leaf twice', ([leaf, , root]) => [leaf, leaf, root]],
  ['an empty entry', ([leaf, , root]) => [leaf, '', root]],
  ['line breaks inside', ([leaf, ca, root]) => [`${leaf.slice(0, 64)}\n${leaf.slice(64)}`, ca, root]],
  [
    'a byte after the leaf',
    ([leaf, ca, root]) => [Buffer.concat([Buffer.from(leaf, 'base64'), Buffer.alloc(1)]).toString('base64'), ca, root],
  ],
  ['half a leaf', ([leaf, ca, root]) => [leaf.slice(0, 400), ca, root]],
  ['PEM as base64', ([leaf, ca, root]) => [toPem(leaf), ca, root]],
  ['DER of something else', ([, ca, root]) => [Buffer.from('3003020101', 'hex').toString('base64'), ca, root]],
  ['another store’s leaf and intermediate under our root', ([, , root], [leaf, ca]) => [leaf, ca, root]],
])('x5c is exactly leaf, intermediate and root: refused with %s', async (_, choose) => {
  expect(await verifyWithX5c(choose)).toEqual(invalid);
});

test('a verifier without a trusted root trusts nothing', async () => {
  const pki = await createStorePki({ now: AT });
  const { verdict } = await createVerifier({ trustedRoots: [] }).verify(await pki.sign(ORDER), AT);
  expect(verdict).toEqual(invalid);
});

test('a successor’s root is trusted beside the first', async () => {
  const [first, second] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  const verifier = createVerifier({ trustedRoots: [first.rootFingerprint, second.rootFingerprint] });
  for (const pki of [first, second]) {
    expect((await verifier.verify(await pki.sign(ORDER), AT)).verdict).toMatchObject({ kind: 'valid' });
  }
});

test.each<[string, StorePkiOptions]>([
  ['under an intermediate whose issuer is named otherwise', { intermediate: { issuer: 'CN=Somebody Else' } }],
  ['that is a certificate authority and may sign both', { leaf: { ca: true, keyUsages: ['digitalSignature', 'keyCertSign'] } }],
  ['that may sign certificates without being an authority', { leaf: { keyUsages: ['digitalSignature', 'keyCertSign'] } }],
  ['whose key’s use is not said', { leaf: { keyUsages: 'absent' } }],
  ['under a root that is no authority', { root: { ca: false } }],
])('the path is judged whole: refused with a leaf %s', async (_, options) => {
  expect(await verifySignedBy(options)).toEqual(invalid);
});

test('a leaf right under the root is refused, whatever is sent along as intermediate', async () => {
  const likeALeaf = { ca: false, pathLength: 'absent', keyUsages: ['digitalSignature'], curve: 'P-256', storeOid: 'non-critical' } as const;
  const pki = await createStorePki({ now: AT, intermediate: likeALeaf });
  const [leaf, underRoot, root] = pki.x5c;
  expect(await verifyUnder(pki, await pki.sign(ORDER, { header: { x5c: [underRoot, leaf, root] } }))).toEqual(invalid);
});

test('an intermediate that sets no limit of its own is fine', async () => {
  expect(await verifySignedBy({ intermediate: { pathLength: 'absent' } })).toMatchObject({ kind: 'valid' });
});

test.each<[string, Date, ErrorCode | undefined]>([
  ['at its first moment', later(0), undefined],
  ['a second before', later(-1000), 'CLOCK_OR_CERTIFICATE_EARLY'],
  ['a day before', later(-DAY_MS), 'CLOCK_OR_CERTIFICATE_EARLY'],
  ['more than a day before', later(-DAY_MS - 1000), 'JWS_CHAIN_INVALID'],
  ['at its last moment', later(DAY_MS), undefined],
  ['a second after it', later(DAY_MS + 1000), 'JWS_CERTIFICATE_EXPIRED'],
  ['years after it', later(900 * DAY_MS), 'JWS_CERTIFICATE_EXPIRED'],
])('a leaf is valid inside its window alone: %s', async (_, at, code) => {
  const signedAt = Math.max(AT.getTime(), Math.min(at.getTime(), AT.getTime() + DAY_MS));
  const verdict = await verifySignedBy({ leaf: { notBefore: AT, notAfter: later(DAY_MS) } }, { ...ORDER, signedTime: signedAt }, at);
  expect(verdict).toMatchObject(
    code === undefined ? { kind: 'valid' } : { kind: code === 'JWS_CHAIN_INVALID' ? 'invalid' : 'undecided', code },
  );
});
