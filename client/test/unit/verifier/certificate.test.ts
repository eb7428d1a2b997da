import { beforeAll, expect, test } from 'vitest';
import { createStorePki, STORE_SIGNER_OID } from '../../../../dev/store/pki.js';
import { readCertificate } from '../../../src/main/ets/core/verifier/certificate';
import { readUses } from '../../../src/main/ets/core/verifier/certificate-uses';
import { DerError, type DerValue, readDer } from '../../../src/main/ets/core/verifier/der';
import { AT, DAY_MS } from './orders';

let leaf: Buffer;
beforeAll(async () => {
  leaf = Buffer.from((await createStorePki({ now: AT })).x5c[0], 'base64');
});

test('a certificate is read with what it says of itself', () => {
  const certificate = readCertificate(leaf);
  expect(certificate).toMatchObject({ curve: 'P-256', hash: 'SHA-384', notBeforeMs: AT.getTime() - DAY_MS });
  expect(readUses(certificate)).toEqual({
    isAuthority: false,
    pathLength: undefined,
    maySign: true,
    mayCertify: false,
    isForPurchases: true,
  });
});

/** Places of a certificate, as indices into what it is made of. */
const ALGORITHM = [1];
const SIGNATURE = [2];
const VERSION = [0, 0];
const SERIAL = [0, 1];
const SIGNED_ALGORITHM = [0, 2];
const NOT_BEFORE = [0, 4, 0];
const KEY_KIND = [0, 6, 0, 0];
const KEY_CURVE = [0, 6, 0, 1];
const KEY_POINT = [0, 6, 1];
const EXTENSIONS = [0, 7, 0];

const SHA_256 = '300a06082a8648ce3d040302';
const SHA_384_WITH_NULL = '300c06082a8648ce3d0403030500';
const RSA = '300d06092a864886f70d01010b0500';

type Edit = readonly [place: readonly number[], hex: string];

/** The certificate with other bytes at these places, and every length made to fit. */
function edit(value: DerValue, edits: readonly Edit[], at: readonly number[] = []): Buffer {
  const own = edits.find(([place]) => place.join() === at.join());
  if (own !== undefined) return Buffer.from(own[1], 'hex');
  if (value.children.length === 0) return Buffer.from(value.raw);
  return wrap(value.tag, Buffer.concat(value.children.map((child, index) => edit(child, edits, [...at, index]))));
}

function wrap(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const prefix = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...prefix), content]);
}

const editLeaf = (...edits: readonly Edit[]) => edit(readDer(leaf), edits);
const extension = (content: string) => wrap(0x30, Buffer.from(content, 'hex')).toString('hex');
const extensions = (...list: readonly string[]) => wrap(0x30, Buffer.from(list.join(''), 'hex')).toString('hex');

test('an edit that changes nothing is the certificate itself', () => {
  expect(editLeaf()).toEqual(leaf);
});

test.each<[string, ...Edit[]]>([
  ['of version 1', [VERSION, 'a003020100']],
  ['of version 4', [VERSION, 'a003020103']],
  ['without a version', [VERSION, '']],
  ['with two versions in one', [VERSION, 'a006020102020102']],
  ['with a negative serial number', [SERIAL, '020180']],
  ['with a serial number of zero', [SERIAL, '020100']],
  ['with a serial number of 21 bytes', [SERIAL, `0215${'11'.repeat(21)}`]],
  ['with another algorithm outside than inside', [ALGORITHM, SHA_256]],
  ['whose signature has a bit too few', [SIGNATURE, '03030102fe']],
  ['of a year in four digits before 2050', [NOT_BEFORE, `180f${Buffer.from('20310505070809Z').toString('hex')}`]],
  ['of a time without seconds', [NOT_BEFORE, `170b${Buffer.from('3105050708Z').toString('hex')}`]],
  ['with a compressed point', [KEY_POINT, `032200${'02'.repeat(33)}`]],
  ['with a point of an unknown form', [KEY_POINT, `03420005${'01'.repeat(64)}`]],
  ['with a point that is cut off', [KEY_POINT, `03410004${'01'.repeat(63)}`]],
  ['with a point of another curve', [KEY_POINT, `03620004${'01'.repeat(96)}`]],
  ['with a key’s parameters spelled out', [KEY_CURVE, '3000']],
  ['with an empty list of extensions', [EXTENSIONS, '3000']],
  ['with something after the extensions', [EXTENSIONS, '30000500']],
  ['with an extension that says it is not critical', [EXTENSIONS, extensions(extension('0603551d0e01010004020500'))]],
  ['with an extension without a value', [EXTENSIONS, extensions(extension('0603551d0e'))]],
  ['with an extension without a value that is critical', [EXTENSIONS, extensions(extension('0603551d0e0101ff'))]],
  ['with an extension with two values', [EXTENSIONS, extensions(extension('0603551d0e0402050004020500'))]],
  ['with an extension that says it is critical in BER', [EXTENSIONS, extensions(extension('0603551d0e01010104020500'))]],
])('nothing else is a certificate: not one %s', (_, ...edits) => {
  expect(() => readCertificate(editLeaf(...edits))).toThrow(DerError);
});

test.each<[string, ...Edit[]]>([
  ['RSA', [ALGORITHM, RSA], [SIGNED_ALGORITHM, RSA]],
  ['ECDSA with parameters', [ALGORITHM, SHA_384_WITH_NULL], [SIGNED_ALGORITHM, SHA_384_WITH_NULL]],
  ['a key of RSA', [KEY_KIND, '06092a864886f70d010101']],
  ['a key on P-521', [KEY_CURVE, '06052b81040023']],
])('Huawei’s chain has no use for %s', (_, ...edits) => {
  expect(() => readCertificate(editLeaf(...edits))).toThrow(expect.objectContaining({ code: 'CHAIN_ALGORITHM' }) as Error);
});

const BASIC = '0603551d130101ff';
const USAGE = '0603551d0f0101ff';

test.each([
  ['a limit of the path without the authority', `${BASIC}04053003020100`],
  ['the lack of authority spelled out', `${BASIC}04053003010100`],
  ['a negative limit', `${BASIC}040830060101ff020180`],
  ['two limits', `${BASIC}040b30090101ff020100020100`],
  ['something else than a sequence', `${BASIC}04020500`],
  ['a byte after the end', `${BASIC}0403300000`],
  ['a key without any use', `${USAGE}0403030100`],
  ['zeros after the last use', `${USAGE}040403020080`],
  ['a use that is no list of bits', `${USAGE}04020500`],
])('constraints and uses are strict DER too: not %s', (_, content) => {
  const certificate = readCertificate(editLeaf([EXTENSIONS, extensions(extension(content))]));
  expect(() => readUses(certificate)).toThrow(DerError);
});

test('the mark of the store is the one that the simulator makes', () => {
  expect(STORE_SIGNER_OID).toBe('1.3.6.1.4.1.2011.2.415.1.1');
  const marked = readCertificate(editLeaf([EXTENSIONS, extensions('3012060c2b060104018f5b02831f010104020500')]));
  expect(readUses(marked).isForPurchases).toBe(true);
});
