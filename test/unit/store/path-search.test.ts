import { expect, test } from 'vitest';
import { type Certificate, type CertificatePathInput, readCertificate, verifyCertificatePath } from '../../../src/store/index.js';
import {
  CA_CONSTRAINTS,
  type CertificatePlan,
  extension,
  issue,
  name,
  newKeys,
  type Party,
  sequence,
  tlv,
} from '../../support/certificates.js';
import { AT } from './signed-evidence.js';

const read = ({ der }: Party): Certificate => readCertificate(der);
const authority = (own: string, issuer?: Party, plan: CertificatePlan = {}): Party =>
  issue({ ca: true, subject: name(own), ...(issuer && { issuer }), ...plan });

type Given = Partial<CertificatePathInput> & {
  readonly roots: readonly Party[];
  readonly between?: readonly Party[];
  readonly leaf: Certificate;
};

const find = ({ roots, between = [], ...others }: Given) =>
  verifyCertificatePath({ trustedRoots: roots.map(read), intermediates: between.map(read), at: AT, ...others });

/** A root, so many authorities below, and a leaf. */
function line(count: number, plan: CertificatePlan = {}) {
  const root = authority('Root', undefined, plan);
  const between: Party[] = [];
  for (let number = 1; number <= count; number += 1) between.push(authority(`Authority ${number}`, between.at(-1) ?? root));
  return { roots: [root], between, leaf: read(issue({ issuer: between.at(-1) ?? root })) };
}

test('a path of eight certificates is found, in any order, with a signature computed for each but the root and one for the root', async () => {
  const { between, ...given } = line(6);
  const result = await find({ ...given, between: between.toReversed() });
  expect(result).toMatchObject({ ok: true, signatureChecks: 8 });
  expect(result.ok && result.path).toHaveLength(8);
});

test('a path of nine certificates is not looked for', async () => {
  expect(await find(line(7))).toMatchObject({ ok: false, fault: 'no issuer found for CN=Authority 2', signatureChecks: 6 });
});

test('a limit of the caller’s own holds, to the certificate', async () => {
  expect(await find({ ...line(2), limits: { pathCertificates: 4 } })).toMatchObject({ ok: true });
  expect(await find({ ...line(3), limits: { pathCertificates: 4 } })).toMatchObject({ ok: false });
  expect(await find({ ...line(0), limits: { intermediates: 0 } })).toMatchObject({ ok: true });
  expect(await find({ ...line(1), limits: { intermediates: 0 } })).toMatchObject({
    ok: false,
    fault: expect.stringContaining('too long') as string,
  });
});

test('128 certificates may be given, and not one more', async () => {
  const { between, ...given } = line(1);
  const [only] = between;
  if (only === undefined) throw new TypeError('one was issued');
  expect(await find({ ...given, between: Array.from({ length: 126 }, () => only) })).toMatchObject({ ok: true });
  const tooMany = await find({ ...given, between: Array.from({ length: 127 }, () => only) });
  expect(tooMany).toMatchObject({ ok: false, fault: 'too many certificates', signatureChecks: 0 });
});

test('a certificate of 64 KiB is read, and none that is larger', () => {
  const sized = (bytes: number) => issue({ moreExtensions: [extension('1.2.3', false, tlv(0x04, Buffer.alloc(bytes)))] }).der;
  const overhead = sized(60_000).length - 60_000;
  // An ECDSA signature is two octets longer or shorter by chance.
  expect(() => readCertificate(sized(65_536 - overhead - 8))).not.toThrow();
  expect(() => readCertificate(sized(65_536 - overhead + 8))).toThrow('more than 65536 bytes');
});

const KEYS = newKeys();

test('authorities of one name and one key by the hundred are given up on at the sixteenth signature', async () => {
  const twins = Array.from({ length: 100 }, () => authority('Twin', undefined, { keys: KEYS }));
  const [first] = twins;
  if (first === undefined) throw new TypeError('a hundred were issued');
  const result = await find({ roots: [authority('Root')], between: twins, leaf: read(issue({ issuer: first })) });
  // Each of them fits the leaf, so that the work ends at its limit.
  expect(result).toMatchObject({ ok: false, fault: 'too many ways to try', signatureChecks: 16 });
});

test('authorities of one key under many names end with the path’s length', async () => {
  const chain = [authority('Twin 0', undefined, { keys: KEYS })];
  while (chain.length < 100) chain.push(authority(`Twin ${chain.length}`, chain.at(-1), { keys: KEYS }));
  const leaf = read(issue({ issuer: chain.at(-1) ?? authority('None') }));
  expect(await find({ roots: [authority('Root')], between: chain, leaf })).toMatchObject({ ok: false, signatureChecks: 6 });
});

test('authorities that certify each other lead round in no circle', async () => {
  const [one, other] = [authority('One'), authority('Other')];
  const crossed = [authority('One', other, { keys: one.keys }), authority('Other', one, { keys: other.keys })];
  expect(await find({ roots: [authority('Root')], between: crossed, leaf: read(issue({ issuer: one })) })).toMatchObject({
    ok: false,
    signatureChecks: 2,
  });
  const found = await find({ roots: [other], between: crossed, leaf: read(issue({ issuer: one })) });
  expect(found).toMatchObject({ ok: true });
});

test('a trusted root is tried before any intermediate of its name and key', async () => {
  const [root, elder] = [authority('Root'), authority('Elder')];
  const crossed = Array.from({ length: 20 }, () => authority('Root', elder, { keys: root.keys }));
  const leaf = read(issue({ issuer: root }));
  expect(await find({ roots: [elder, root], between: crossed, leaf })).toMatchObject({ ok: true, signatureChecks: 2 });
});

test('no signature is computed for an issuer of another name or another key', async () => {
  const { roots, leaf } = line(0);
  const others = [authority('Root'), authority('Another')];
  expect(await find({ roots: others, between: others, leaf })).toMatchObject({ ok: false, signatureChecks: 0 });
  expect(await find({ roots: [...others, ...roots], between: others, leaf })).toMatchObject({ ok: true, signatureChecks: 2 });
});

test('no signature is computed for an issuer that could not be one', async () => {
  const root = authority('Root');
  const leaf = read(issue({ issuer: root }));
  const expired = { validity: sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x17, Buffer.from('210101000000Z'))) };
  const unfit: CertificatePlan[] = [
    expired,
    { ca: false },
    { version: Buffer.alloc(0) },
    { extensions: { '2.5.29.30': extension('2.5.29.30', true, sequence(tlv(0xa0, sequence(tlv(0xa4, name('Elsewhere')))))) } },
  ];
  for (const plan of unfit) {
    const twin = authority('Root', undefined, { keys: root.keys, ...plan });
    expect(await find({ roots: [twin], leaf })).toMatchObject({ ok: false, signatureChecks: 0 });
    expect(await find({ roots: [twin, root], leaf })).toMatchObject({ ok: true });
  }
});

test('an intermediate that is expired is passed by where another way leads to a root', async () => {
  const [old, root] = [authority('Old'), authority('Root')];
  const validity = sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x17, Buffer.from('210101000000Z')));
  const middle = authority('Middle', root);
  const ways = [authority('Middle', old, { keys: middle.keys, validity }), middle];
  expect(await find({ roots: [old, root], between: ways, leaf: read(issue({ issuer: middle })) })).toMatchObject({ ok: true });
});

test('a certificate on no path may be anything', async () => {
  const { between, ...given } = line(1);
  const bad = authority('Bad', between[0], { moreExtensions: [extension('1.3.6.1.4.1.99999.1', true, Buffer.from([5, 0]))] });
  expect(await find({ ...given, between: [bad, ...between] })).toMatchObject({ ok: true });
});

const limitedTo = (length: number): CertificatePlan => ({
  extensions: { '2.5.29.19': extension('2.5.29.19', true, sequence(CA_CONSTRAINTS.subarray(2), tlv(0x02, Buffer.of(length)))) },
});

test('a path length counts the authorities below, and not the leaf', async () => {
  expect(await find(line(0, limitedTo(0)))).toMatchObject({ ok: true });
  expect(await find(line(2, limitedTo(2)))).toMatchObject({ ok: true });
  expect(await find(line(2, limitedTo(1)))).toMatchObject({ ok: false, fault: 'the path below CN=Root is too long' });
});

test('a leaf that is an authority does not count either, and its own limit is nobody’s', async () => {
  const root = authority('Root', undefined, limitedTo(0));
  expect(await find({ roots: [root], leaf: read(authority('Leaf', root, limitedTo(0))) })).toMatchObject({ ok: true });
});

test('an authority that hands over to a key of its own does not count', async () => {
  const root = authority('Root', undefined, limitedTo(0));
  const successor = authority('Root', root);
  const given = { roots: [root], between: [successor], leaf: read(issue({ issuer: successor })) };
  expect(await find({ ...given, limits: { intermediates: 0 } })).toMatchObject({ ok: true });
});

test('a root that is not its own needs nobody above it', async () => {
  const root = authority('Root', authority('Unknown'));
  expect(await find({ roots: [root], leaf: read(issue({ issuer: root })) })).toMatchObject({ ok: true, signatureChecks: 1 });
});

test('a signature counts only if the issuer’s key made it, whatever the names and identifiers say', async () => {
  const root = authority('Root');
  const forged = read(issue({ issuer: root, signedBy: newKeys() }));
  expect(await find({ roots: [root], leaf: forged })).toMatchObject({ ok: false, fault: 'CN=Somebody is not signed by CN=Root' });
});
