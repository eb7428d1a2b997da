// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509Certificate } from '@peculiar/x509';
import { compactVerify } from 'jose';
import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  createStorePki,
  exportStorePki,
  importStorePki,
  STORE_SIGNER_OID,
  type StorePki,
  type StorePkiOptions,
} from '../../../dev/store/pki.js';

const readChain = ({ x5c }: StorePki) => {
  const [leaf, intermediate, root] = x5c;
  return { leaf: new X509Certificate(leaf), intermediate: new X509Certificate(intermediate), root: new X509Certificate(root) };
};

const toNode = (certificate: X509Certificate) => new NodeCertificate(Buffer.from(certificate.rawData));

test('the chain is shaped like the store’s: P-384 root and CA with pathlen 0, P-256 leaf with the OID as non-critical NULL', async () => {
  const { leaf, intermediate, root } = readChain(await createStorePki());
  expect(toNode(leaf).publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect([intermediate, root].map((ca) => toNode(ca).publicKey.asymmetricKeyDetails?.namedCurve)).toEqual(['secp384r1', 'secp384r1']);
  for (const { signatureAlgorithm } of [leaf, intermediate, root]) {
    expect(signatureAlgorithm).toMatchObject({ name: 'ECDSA', hash: { name: 'SHA-384' } });
  }
  expect(intermediate.getExtension(BasicConstraintsExtension)).toMatchObject({ ca: true, pathLength: 0, critical: true });
  expect(leaf.getExtension(BasicConstraintsExtension)).toMatchObject({ ca: false });
  const oid = leaf.getExtension(STORE_SIGNER_OID);
  expect(Buffer.from(oid?.rawData ?? new ArrayBuffer(0)).toString('hex')).toBe('3012060c2b060104018f5b02831f010104020500');
});

test('each certificate is issued and signed by the one above it', async () => {
  const { leaf, intermediate, root } = readChain(await createStorePki());
  const pairs = [
    [leaf, intermediate],
    [intermediate, root],
    [root, root],
  ] as const;
  for (const [subject, issuer] of pairs) {
    expect(toNode(subject).checkIssued(toNode(issuer))).toBe(true);
    expect(toNode(subject).verify(toNode(issuer).publicKey)).toBe(true);
  }
});

test('a signature verifies under the leaf, and the header is in the observed order', async () => {
  const pki = await createStorePki();
  const jws = await pki.sign({ productType: '0' });
  const { payload, protectedHeader } = await compactVerify(jws, toNode(readChain(pki).leaf).publicKey, { algorithms: ['ES256'] });
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ productType: '0' });
  expect(Object.keys(protectedHeader)).toEqual(['x5c', 'alg', 'typ']);
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT', x5c: pki.x5c });
});

test('the fingerprint is the SHA-256 of the root’s DER', async () => {
  const { rootFingerprint, x5c } = await createStorePki();
  expect(rootFingerprint).toBe(createHash('sha256').update(Buffer.from(x5c[2], 'base64')).digest('hex'));
});

test('header fields can be replaced, added and taken out, and a text is signed as it stands', async () => {
  const pki = await createStorePki();
  const jws = await pki.sign('not json', { header: { alg: 'none', crit: ['b64'], typ: undefined } });
  const [header = '', payload = ''] = jws.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ x5c: pki.x5c, alg: 'none', crit: ['b64'] });
  expect(Buffer.from(payload, 'base64url').toString()).toBe('not json');
});

test('an exported chain signs on after it is imported', async () => {
  const pki = await createStorePki();
  const again = await importStorePki(await exportStorePki(pki));
  expect(again).toMatchObject({ rootFingerprint: pki.rootFingerprint, x5c: pki.x5c });
  const jws = await again.sign({ signedTime: 1 });
  await expect(compactVerify(jws, toNode(readChain(pki).leaf).publicKey)).resolves.toBeDefined();
});

const deviations: readonly (readonly [string, StorePkiOptions, (chain: ReturnType<typeof readChain>) => boolean])[] = [
  ['a leaf without the OID', { leaf: { storeOid: 'absent' } }, ({ leaf }) => leaf.getExtension(STORE_SIGNER_OID) === null],
  [
    'a leaf with the OID critical',
    { leaf: { storeOid: 'critical' } },
    ({ leaf }) => leaf.getExtension(STORE_SIGNER_OID)?.critical === true,
  ],
  ['a leaf that is a CA', { leaf: { ca: true } }, ({ leaf }) => leaf.getExtension(BasicConstraintsExtension)?.ca === true],
  [
    'a CA without constraints',
    { intermediate: { ca: 'absent' } },
    ({ intermediate }) => intermediate.getExtension(BasicConstraintsExtension) === null,
  ],
  [
    'a CA without a path limit',
    { intermediate: { pathLength: 'absent' } },
    ({ intermediate }) => intermediate.getExtension(BasicConstraintsExtension)?.pathLength === undefined,
  ],
  [
    'a CA that may not sign certificates',
    { intermediate: { keyUsages: ['cRLSign'] } },
    ({ intermediate }) => intermediate.getExtension(KeyUsagesExtension)?.usages === KeyUsageFlags.cRLSign,
  ],
  ['a leaf without key usages', { leaf: { keyUsages: 'absent' } }, ({ leaf }) => leaf.getExtension(KeyUsagesExtension) === null],
  ['a P-384 leaf', { leaf: { curve: 'P-384' } }, ({ leaf }) => toNode(leaf).publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1'],
  ['an expired leaf', { leaf: { notAfter: new Date('2020-01-01T00:00:00Z') } }, ({ leaf }) => leaf.notAfter < new Date('2020-01-02')],
  ['another issuer’s name', { leaf: { issuer: 'CN=Somebody' } }, ({ leaf }) => leaf.issuer === 'CN=Somebody'],
  [
    'a stranger’s signature',
    { leaf: { signedByStranger: true } },
    ({ leaf, intermediate }) => toNode(leaf).checkIssued(toNode(intermediate)) && !toNode(leaf).verify(toNode(intermediate).publicKey),
  ],
];

test.each(deviations)('a chain can be broken: %s', async (_name, options, holds) => {
  expect(holds(readChain(await createStorePki(options)))).toBe(true);
});
