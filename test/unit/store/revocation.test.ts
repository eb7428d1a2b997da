// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { Extension } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { AT, DAY_MS, HOUR_MS, later } from './signed-evidence.js';
import { createStorePki, type StorePkiOptions } from '../../../dev/store/pki.js';
import { type Certificate, readCertificate } from '../../../src/store/certificate.js';
import { judgeRevocation, type RevocationPolicy } from '../../../src/store/revocation.js';
import { readRevocationList, REVOCATION_LIST_BYTES_MAX, type RevocationList, toSerialKey } from '../../../src/store/revocation-list.js';
import { crlNumber, type ListOptions, makeRevocationList } from '../../support/revocation-lists.js';

interface Chain {
  readonly path: readonly [leaf: Certificate, intermediate: Certificate, root: Certificate];
  list(of: 'intermediate' | 'root', options?: ListOptions): Promise<Buffer>;
}

async function createChain(options: StorePkiOptions = {}): Promise<Chain> {
  const { x5c, authorityKeys } = await createStorePki({ now: AT, ...options });
  if (authorityKeys === undefined) throw new TypeError('a chain of ours');
  const read = (entry: string) => readCertificate(Buffer.from(entry, 'base64'));
  const [leaf, intermediate, root] = [read(x5c[0]), read(x5c[1]), read(x5c[2])];
  const issuers = { intermediate, root };
  const times = { thisUpdate: later(-HOUR_MS), nextUpdate: later(DAY_MS) };
  return {
    path: [leaf, intermediate, root],
    list: (of, list = {}) => makeRevocationList(issuers[of], authorityKeys[of], { ...times, ...list }),
  };
}

const judge = ({ path }: Chain, lists: readonly RevocationList[], policy: RevocationPolicy = 'require-fresh', now = AT) =>
  judgeRevocation(path, { lists, policy, now });

const readBoth = async (chain: Chain, leafList: ListOptions = {}, rootList: ListOptions = {}) => [
  readRevocationList(await chain.list('intermediate', leafList)),
  readRevocationList(await chain.list('root', rootList)),
];

test('a chain is good by fresh lists of both issuers that name none of it', async () => {
  const chain = await createChain();
  const lists = await readBoth(chain, { revoked: ['0badcafe'] });
  expect(await judge(chain, lists)).toMatchObject({ status: 'good', lists });
});

test.each(['require-fresh', 'prefer'] as const)('a revoked leaf or intermediate is told, under %s', async (policy) => {
  const chain = await createChain();
  const [leaf, intermediate] = chain.path;
  const [byIntermediate] = await readBoth(chain, { revoked: ['01', leaf.serialNumber] });
  const [, byRoot] = await readBoth(chain, {}, { revoked: [intermediate.serialNumber] });
  for (const list of [byIntermediate, byRoot]) {
    if (list !== undefined) expect(await judge(chain, [list], policy)).toMatchObject({ status: 'revoked' });
  }
  const [stale] = await readBoth(chain, { revoked: [leaf.serialNumber], nextUpdate: later(-1) });
  if (stale !== undefined) expect(await judge(chain, [stale], policy)).toMatchObject({ status: 'revoked' });
});

test('the policy off looks at no list', async () => {
  const chain = await createChain();
  const lists = await readBoth(chain, { revoked: [chain.path[0].serialNumber] });
  expect(await judge(chain, lists, 'off')).toMatchObject({ status: 'good', lists: [] });
});

test('a serial number is looked up in the list of its own issuer alone', async () => {
  const chain = await createChain();
  const [leaf, intermediate] = chain.path;
  const lists = await readBoth(chain, { revoked: [intermediate.serialNumber] }, { revoked: [leaf.serialNumber] });
  expect(await judge(chain, lists)).toMatchObject({ status: 'good' });
});

test('a serial number is one number however it is spelt', () => {
  expect(['00A1', 'a1', '0000a1'].map(toSerialKey)).toEqual(['a1', 'a1', 'a1']);
  expect(['00', '0000', '1000', '0a'].map(toSerialKey)).toEqual(['00', '00', '1000', '0a']);
});

test('of two lists of one issuer the newer counts, whichever comes first', async () => {
  const chain = await createChain();
  const { serialNumber } = chain.path[0];
  const [older, root] = await readBoth(chain, { thisUpdate: later(-2 * HOUR_MS) });
  const [newer] = await readBoth(chain, { revoked: [serialNumber] });
  if (!older || !newer || !root) throw new TypeError('three lists');
  for (const lists of [
    [older, newer, root],
    [newer, older, root],
  ]) {
    expect(await judge(chain, lists)).toMatchObject({ status: 'revoked', lists: [newer, root] });
  }
});

test.each<[string, ListOptions]>([
  ['is stale', { nextUpdate: later(-1) }],
  ['is of the future', { thisUpdate: later(HOUR_MS) }],
  ['names another key', { authorityKeyId: Buffer.alloc(20) }],
  ['is signed over SHA-1', { hash: 'SHA-1' }],
])('a list that %s leaves it open under require-fresh, and is only missed under prefer', async (_, options) => {
  const chain = await createChain();
  const lists = await readBoth(chain, options);
  expect(await judge(chain, lists)).toMatchObject({ status: 'unknown' });
  expect(await judge(chain, lists, 'prefer')).toMatchObject({ status: 'good' });
});

test('a list is fresh up to the moment of the next, by the present time', async () => {
  const chain = await createChain();
  const lists = await readBoth(chain, { nextUpdate: later(HOUR_MS) });
  expect(await judge(chain, lists, 'require-fresh', later(HOUR_MS))).toMatchObject({ status: 'good' });
  expect(await judge(chain, lists, 'require-fresh', later(HOUR_MS + 1))).toMatchObject({ status: 'unknown' });
});

test('a list by a stranger, of the right name and key identifier, says nothing', async () => {
  const [chain, stranger] = await Promise.all([createChain(), createChain()]);
  const { serialNumber, issuerName } = chain.path[0];
  const keyId = chain.path[1].subjectKeyId ?? 'absent';
  const forged = readRevocationList(await stranger.list('intermediate', { revoked: [serialNumber], authorityKeyId: keyId }));
  expect(forged.issuerName).toEqual(issuerName);
  expect(await judge(chain, [forged, ...(await readBoth(chain))])).toMatchObject({ status: 'good' });
  expect(await judge(chain, [forged], 'prefer')).toMatchObject({ status: 'good', lists: [] });
});

test('a list with one bit changed is not read, or not taken for signed', async () => {
  const chain = await createChain();
  const der = await chain.list('intermediate');
  for (let position = 0; position < der.length; position += 7) {
    const bytes = Buffer.from(der);
    bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
    const answer = await Promise.resolve()
      .then(() => readRevocationList(bytes).isSignedBy(chain.path[1]))
      .catch(() => false);
    expect(answer, `at ${position}`).toBe(false);
  }
});

test('an issuer that may not sign lists has none', async () => {
  const chain = await createChain({ intermediate: { keyUsages: ['keyCertSign'] } });
  expect(await judge(chain, await readBoth(chain, { revoked: [chain.path[0].serialNumber] }))).toMatchObject({ status: 'unknown' });
});

test('no signature is computed past what is allowed', async () => {
  const chain = await createChain();
  const lists = await readBoth(chain);
  let left = 1;
  const judged = await judgeRevocation(chain.path, { lists, policy: 'require-fresh', now: AT }, () => (left -= 1) >= 0);
  expect(judged).toMatchObject({ status: 'unknown', lists: [lists[0]] });
});

const NULL = Uint8Array.of(5, 0);

test.each<[string, ListOptions]>([
  ['a delta to another', { extensions: [new Extension('2.5.29.27', true, Uint8Array.of(2, 1, 1))] }],
  ['a delta that hides it', { extensions: [new Extension('2.5.29.27', false, Uint8Array.of(2, 1, 1))] }],
  ['of some certificates only', { extensions: [new Extension('2.5.29.28', true, Uint8Array.of(0x30, 3, 0x81, 1, 0xff))] }],
  ['critical in a way that is unknown', { extensions: [new Extension('1.2.3.4', true, NULL)] }],
  ['critical so in an entry', { revoked: ['01'], entryExtensions: [new Extension('2.5.29.29', true, Uint8Array.of(0x30, 0))] }],
  ['without the moment of the next', { nextUpdate: 'absent' }],
  ['without a number', { number: 'absent' }],
  ['of a critical number', { number: 'absent', extensions: [crlNumber(1, true)] }],
  ['of a negative number', { number: 0x80 }],
  ['without a key identifier', { authorityKeyId: 'absent' }],
  ['with an extension twice', { extensions: [crlNumber(2)] }],
])('a list is not read that is %s', async (_, options) => {
  const chain = await createChain();
  const der = await chain.list('intermediate', options);
  expect(() => readRevocationList(der)).toThrow();
});

test('a list is read to its last byte, only from DER, and not past its size', async () => {
  const chain = await createChain();
  const der = await chain.list('root');
  const pem = Buffer.from(`-----BEGIN X509 CRL-----\n${der.toString('base64')}\n-----END X509 CRL-----\n`);
  const oversize = Buffer.alloc(REVOCATION_LIST_BYTES_MAX + 1);
  const others = [Buffer.concat([der, Buffer.of(0)]), der.subarray(0, -1), pem, Buffer.alloc(0), oversize, chain.path[0].der];
  for (const bytes of others) expect(() => readRevocationList(bytes)).toThrow();
  expect(readRevocationList(der).der).toEqual(der);
});

const SAMPLES = new URL('../../../../shared/huawei-samples/', import.meta.url);
const haveSamples = existsSync(SAMPLES);
if (!haveSamples) console.log('revocation: Huawei’s own list skipped, ../shared/huawei-samples is not there');
const readPem = (name: string) => Buffer.from(readFileSync(new URL(name, SAMPLES), 'utf8').replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

test.runIf(haveSamples)('Huawei’s own old list is by Huawei’s root, which names its intermediate nowhere, and by no other', async () => {
  const list = readRevocationList(readPem('huawei-cbg-root-ca-g2-crl-2020.pem'));
  const root = readCertificate(readPem('huawei-cbg-root-ca-g2.pem'));
  const intermediate = readCertificate(readPem('huawei-cbg-application-intergration-ca-g3.pem'));
  const impostor = readCertificate(readPem('negative-root-ca-g2-test.pem'));
  expect(list).toMatchObject({ number: '00', thisUpdate: new Date('2020-03-26T16:49:05Z'), revoked: new Map() });
  expect([await list.isSignedBy(root), await list.isSignedBy(impostor), await list.isSignedBy(intermediate)]).toEqual([true, false, false]);
  const judged = (now: string) => judgeRevocation([intermediate, root], { lists: [list], policy: 'require-fresh', now: new Date(now) });
  expect(await judged('2030-03-25T01:38:33Z')).toMatchObject({ status: 'good', lists: [list] });
  expect(await judged('2030-03-25T01:38:34Z')).toMatchObject({ status: 'unknown' });
});
