// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { AT, DAY_MS, HOUR_MS, later, ORDER } from './signed-evidence.js';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import {
  type Certificate,
  createVerifier,
  listsUsedBy,
  readCertificate,
  readRevocationList,
  type RevocationList,
  type RevocationPolicy,
} from '../../../src/store/index.js';
import { makeRevocationList, type ListOptions } from '../../support/revocation-lists.js';

let pki: StorePki;
let path: [leaf: Certificate, intermediate: Certificate, root: Certificate];
let lists: Record<'leaf' | 'root' | 'revokingLeaf' | 'revokingIntermediate' | 'staleLeaf', RevocationList>;

beforeAll(async () => {
  pki = await createStorePki({ now: AT, leaf: { notAfter: later(HOUR_MS) } });
  const { x5c, authorityKeys } = pki;
  if (authorityKeys === undefined) throw new TypeError('a chain of ours');
  const read = (entry: string) => readCertificate(Buffer.from(entry, 'base64'));
  path = [read(x5c[0]), read(x5c[1]), read(x5c[2])];
  const [leaf, intermediate, root] = path;
  const make = async (issuer: Certificate, key: webcrypto.CryptoKey, options: ListOptions = {}) =>
    readRevocationList(await makeRevocationList(issuer, key, { thisUpdate: later(-HOUR_MS), nextUpdate: later(DAY_MS), ...options }));
  lists = {
    leaf: await make(intermediate, authorityKeys.intermediate),
    root: await make(root, authorityKeys.root),
    revokingLeaf: await make(intermediate, authorityKeys.intermediate, { revoked: [leaf.serialNumber], thisUpdate: later(-1_000) }),
    revokingIntermediate: await make(root, authorityKeys.root, { revoked: [intermediate.serialNumber] }),
    staleLeaf: await make(intermediate, authorityKeys.intermediate, { nextUpdate: later(-1) }),
  };
});

interface Given {
  readonly known?: readonly RevocationList[];
  readonly policy?: RevocationPolicy;
  readonly recorded?: readonly RevocationList[];
  readonly at?: Date;
  readonly evidence?: string;
}

async function judge({ known = [], policy = 'prefer', recorded, at = AT, evidence }: Given) {
  const paths: (readonly Certificate[])[] = [];
  const verifier = createVerifier({
    trustedRoots: [pki.rootFingerprint],
    now: () => AT,
    revocation: { policy, lists: () => known, onPath: (found) => void paths.push(found) },
  });
  const { verdict, checks } = await verifier.verify(evidence ?? (await pki.sign(ORDER)), at, recorded);
  return { code: verdict.kind === 'valid' ? verdict.kind : verdict.code, verdict, checks, paths };
}

test('a revoked leaf or intermediate is no verdict on the purchase: undecided, and worth keeping', async () => {
  for (const list of [lists.revokingLeaf, lists.revokingIntermediate]) {
    const { verdict } = await judge({ known: [list] });
    const { purchaseOrderId, applicationId } = ORDER;
    const keep = { purchaseOrderId, applicationId, environment: 'production' };
    expect(verdict).toEqual({ kind: 'undecided', code: 'CERTIFICATE_REVOKED', keep });
  }
});

test.each<[RevocationPolicy, string, string, string]>([
  ['prefer', 'valid', 'valid', 'CERTIFICATE_REVOKED'],
  ['require-fresh', 'REVOCATION_UNKNOWN', 'REVOCATION_UNKNOWN', 'CERTIFICATE_REVOKED'],
  ['off', 'valid', 'valid', 'valid'],
])('under %s: no list %s, a stale one %s, an entry %s', async (policy, none, stale, revoked) => {
  expect((await judge({ policy })).code).toBe(none);
  expect((await judge({ policy, known: [lists.staleLeaf, lists.root] })).code).toBe(stale);
  expect((await judge({ policy, known: [lists.revokingLeaf, lists.root] })).code).toBe(revoked);
  expect((await judge({ policy, known: [lists.leaf, lists.root] })).code).toBe('valid');
});

test('evidence that was found good before needs no fresh list, and an entry that appeared since is told', async () => {
  const policy = 'require-fresh';
  expect((await judge({ policy, recorded: [] })).code).toBe('valid');
  expect((await judge({ policy, recorded: [lists.staleLeaf] })).code).toBe('valid');
  expect((await judge({ policy, recorded: [lists.leaf, lists.root], known: [lists.revokingLeaf] })).code).toBe('CERTIFICATE_REVOKED');
  expect((await judge({ policy, recorded: [lists.revokingLeaf] })).code).toBe('CERTIFICATE_REVOKED');
  expect((await judge({ policy: 'off', recorded: [lists.revokingLeaf] })).code).toBe('valid');
});

test('a bad signature is one, whatever the lists say of its certificates', async () => {
  const [header, , signature] = (await pki.sign(ORDER)).split('.');
  const evidence = `${header}.${Buffer.from(JSON.stringify({ ...ORDER, quantity: 9 })).toString('base64url')}.${signature}`;
  const { code, paths } = await judge({ known: [lists.revokingLeaf], evidence });
  expect([code, paths]).toEqual(['JWS_SIGNATURE_INVALID', []]);
});

test('of two doubts the one counts that a fresh copy settles: revoked, then expired, then unknown', async () => {
  const at = later(2 * HOUR_MS);
  expect((await judge({ at, known: [lists.revokingLeaf] })).code).toBe('CERTIFICATE_REVOKED');
  expect((await judge({ at, policy: 'require-fresh' })).code).toBe('JWS_CERTIFICATE_EXPIRED');
});

test('a path that held is told from leaf to root, also where its lists are missing', async () => {
  const { paths } = await judge({ policy: 'require-fresh' });
  expect(paths.map((found) => found.map(({ fingerprint }) => fingerprint))).toEqual([path.map(({ fingerprint }) => fingerprint)]);
});

test('the report says what was looked up where, and by which lists; from it they are found again', async () => {
  const good = await judge({ known: [lists.leaf, lists.root] });
  const check = good.checks.find(({ name }) => name === 'revocation');
  expect(check).toMatchObject({ ok: true, facts: { policy: 'prefer' } });
  expect(check?.seen).toMatch(/In-App Purchases.*: not on list 01 of 2026-11-24T07:00:00.000Z; .*Application CA.*: not on list 01/);
  expect(listsUsedBy(JSON.parse(JSON.stringify({ checks: good.checks }))).toSorted()).toEqual(
    [lists.leaf.fingerprint, lists.root.fingerprint].toSorted(),
  );
  const revoked = (await judge({ known: [lists.revokingLeaf] })).checks.find(({ name }) => name === 'revocation');
  expect(revoked).toMatchObject({
    ok: false,
    seen: expect.stringMatching(/: revoked 2026-.* by list 01 .*: no list of its issuer/) as string,
  });
  expect([listsUsedBy(undefined), listsUsedBy({}), listsUsedBy({ checks: [{ name: 'time', facts: { lists: { a: 'b' } } }] })]).toEqual([
    [],
    [],
    [],
  ]);
});
