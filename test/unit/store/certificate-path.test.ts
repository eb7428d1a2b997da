// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { Extension } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { createStorePki, type StorePkiOptions } from '../../../dev/store/pki.js';
import { type Certificate, readCertificate } from '../../../src/store/certificate.js';
import { verifyCertificatePath } from '../../../src/store/certificate-path.js';
import { AT, later } from './signed-evidence.js';

interface Chain {
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  readonly root: Certificate;
}

async function createChain(options: StorePkiOptions = {}): Promise<Chain> {
  const { x5c } = await createStorePki({ now: AT, ...options });
  const [leaf, intermediate, root] = x5c;
  const read = (entry: string) => readCertificate(Buffer.from(entry, 'base64'));
  return { leaf: read(leaf), intermediate: read(intermediate), root: read(root) };
}

const findPath = ({ leaf, intermediate, root }: Chain, at = AT) =>
  verifyCertificatePath({ trustedRoots: [root], intermediates: [intermediate], leaf, at });

const UNKNOWN = '1.3.6.1.4.1.99999.1';
const unknown = (critical: boolean) => new Extension(UNKNOWN, critical, Uint8Array.of(5, 0));

test('a good chain leads from the leaf over the intermediate to the root', async () => {
  const chain = await createChain();
  expect(await findPath(chain)).toMatchObject({ ok: true, path: [chain.leaf, chain.intermediate, chain.root] });
});

test('of intermediates in any order and number the fitting one is found', async () => {
  const [chain, ...others] = await Promise.all([createChain(), createChain(), createChain()]);
  const intermediates = [...others.map(({ intermediate }) => intermediate), chain.root, chain.leaf, chain.intermediate];
  const trustedRoots = [...others.map(({ root }) => root), chain.root];
  expect(await verifyCertificatePath({ trustedRoots, intermediates, leaf: chain.leaf, at: AT })).toMatchObject({ ok: true });
});

test.each<[string, StorePkiOptions, string]>([
  ['an extension unknown and critical on the leaf', { leaf: { extensions: [unknown(true)] } }, UNKNOWN],
  ['one on the intermediate', { intermediate: { extensions: [unknown(true)] } }, UNKNOWN],
  ['one on the root', { root: { extensions: [unknown(true)] } }, UNKNOWN],
  ['an extension given twice', { leaf: { extensions: [unknown(false), unknown(false)] } }, 'twice'],
  ['an issuer without the authority', { intermediate: { ca: false, pathLength: 'absent' } }, 'authority'],
  ['an issuer that says nothing of itself', { intermediate: { ca: 'absent', keyUsages: 'absent' } }, 'authority'],
  ['an issuer that may not sign certificates', { intermediate: { keyUsages: ['cRLSign'] } }, 'may not sign'],
  ['a path longer than the root allows', { root: { pathLength: 0 } }, 'too long'],
  ['a foreign signature', { leaf: { signedByStranger: true } }, 'not signed by'],
  ['a foreign name', { leaf: { issuer: 'CN=Somebody Else' } }, 'no issuer'],
  [
    'a name in another spelling',
    { leaf: { issuer: 'CN=simulated store application ca, OU=Store Simulator, O=dropless, C=CN' } },
    'no issuer',
  ],
  ['a leaf out of its window', { leaf: { notAfter: later(-1000) } }, 'In-App Purchases, OU=Store Simulator, O=dropless, C=CN is not valid'],
  [
    'an intermediate out of its window',
    { intermediate: { notAfter: later(-1000) } },
    'Application CA, OU=Store Simulator, O=dropless, C=CN is not valid',
  ],
  ['a root out of its window', { root: { notBefore: later(1000) } }, 'Root CA, OU=Store Simulator, O=dropless, C=CN is not valid'],
])('a path fails, and says so, over %s', async (_, options, word) => {
  expect(await findPath(await createChain(options))).toMatchObject({ ok: false, fault: expect.stringContaining(word) as string });
});

test('an extension unknown and not critical is no obstacle', async () => {
  expect(await findPath(await createChain({ leaf: { extensions: [unknown(false)] } }))).toMatchObject({ ok: true });
});

test('a time that is none is outside every window', async () => {
  expect(await findPath(await createChain(), new Date(Number.NaN))).toMatchObject({ ok: false });
});

test('a certificate is read to its last byte, and only from DER', async () => {
  const { x5c } = await createStorePki({ now: AT });
  const der = Buffer.from(x5c[0], 'base64');
  const pem = Buffer.from(`-----BEGIN CERTIFICATE-----\n${x5c[0]}\n-----END CERTIFICATE-----\n`);
  for (const bytes of [Buffer.concat([der, Buffer.from([0])]), der.subarray(0, -1), pem, Buffer.from(x5c[0]), Buffer.alloc(0)]) {
    expect(() => readCertificate(bytes)).toThrow();
  }
});
