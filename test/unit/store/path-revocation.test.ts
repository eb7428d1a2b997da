import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { type CertificatePathInput, readCertificate, readRevocationList, verifyCertificatePath } from '../../../src/store/index.js';
import { issue, name, type Party } from '../../support/certificates.js';
import { type ListOptions, makeRevocationList } from '../../support/revocation-lists.js';
import { AT, HOUR_MS, later } from './signed-evidence.js';

async function listBy({ keys, keyId }: Party, subject: string, options: ListOptions = {}) {
  const pkcs8 = keys.privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const times = { thisUpdate: later(-HOUR_MS), nextUpdate: later(HOUR_MS) };
  return readRevocationList(await makeRevocationList({ subject, subjectKeyId: keyId }, key, { ...times, hash: 'SHA-256', ...options }));
}

const SERIAL = '1122';
const root = issue({ ca: true, subject: name('Root') });
const intermediate = issue({ ca: true, subject: name('Intermediate'), issuer: root });
const leaf = issue({ subject: name('Leaf'), issuer: intermediate });

const find = (revocation: CertificatePathInput['revocation'], more: Partial<CertificatePathInput> = {}) =>
  verifyCertificatePath({
    trustedRoots: [readCertificate(root.der)],
    intermediates: [readCertificate(intermediate.der)],
    leaf: readCertificate(leaf.der),
    at: AT,
    ...(revocation && { revocation }),
    ...more,
  });

test('without lists none is looked at', async () => {
  expect(await find(undefined)).toMatchObject({ ok: true, revocation: undefined, signatureChecks: 3 });
});

test('lists of both issuers are looked at, and their signatures counted', async () => {
  const lists = await Promise.all([listBy(root, 'CN=Root'), listBy(intermediate, 'CN=Intermediate')]);
  const result = await find({ lists, now: AT, policy: 'require-fresh' });
  expect(result).toMatchObject({ ok: true, revocation: { status: 'good' }, signatureChecks: 5 });
  expect(result.revocation?.lists).toHaveLength(2);
});

test('a revoked certificate ends its path, and says so by more than text', async () => {
  const lists = [await listBy(intermediate, 'CN=Intermediate', { revoked: [SERIAL] })];
  const result = await find({ lists, now: AT, policy: 'prefer' });
  expect(result).toMatchObject({ ok: false, revocation: { status: 'revoked' } });
  expect(result.ok || result.fault).toContain('CN=Leaf: revoked');
});

test('a list that is missing leaves a path open under require-fresh alone', async () => {
  expect(await find({ lists: [], now: AT, policy: 'require-fresh' })).toMatchObject({ ok: false, revocation: { status: 'unknown' } });
  expect(await find({ lists: [], now: AT, policy: 'prefer' })).toMatchObject({ ok: true, revocation: { status: 'good' } });
});

test('another way, past the revoked intermediate, is found', async () => {
  const elder = issue({ ca: true, subject: name('Elder') });
  const other = issue({ ca: true, subject: name('Intermediate'), issuer: elder, keys: intermediate.keys });
  const lists = [await listBy(root, 'CN=Root', { revoked: [SERIAL] })];
  const given = {
    trustedRoots: [root, elder].map(({ der }) => readCertificate(der)),
    intermediates: [intermediate, other].map(({ der }) => readCertificate(der)),
  };
  const result = await find({ lists, now: AT, policy: 'prefer' }, given);
  expect(result.ok && result.path.map(({ subject }) => subject)).toEqual(['CN=Leaf', 'CN=Intermediate', 'CN=Elder']);
});

test('that a path is only revoked is told, though another way fails for its own reason', async () => {
  const stranger = issue({ ca: true, subject: name('Root') });
  const other = issue({ ca: true, subject: name('Intermediate'), issuer: stranger, keys: intermediate.keys });
  const lists = [await listBy(root, 'CN=Root', { revoked: [SERIAL] })];
  const intermediates = [intermediate, other].map(({ der }) => readCertificate(der));
  expect(await find({ lists, now: AT, policy: 'prefer' }, { intermediates })).toMatchObject({
    ok: false,
    fault: expect.stringContaining('CN=Intermediate: revoked') as string,
    revocation: { status: 'revoked' },
  });
});

test('lists by the hundred cost no more signatures than a path may', async () => {
  const stranger = issue();
  const forged = await listBy({ ...stranger, keyId: root.keyId }, 'CN=Root');
  const lists = Array.from({ length: 100 }, () => forged);
  const result = await find({ lists, now: AT, policy: 'require-fresh' });
  expect(result).toMatchObject({ ok: false, revocation: { status: 'unknown' }, signatureChecks: 16 });
});
