import { expect, test } from 'vitest';
import { EXTENDED_KEY_USAGES, readCertificate } from '../../../src/store/index.js';
import {
  ascii,
  CA_CONSTRAINTS,
  type CertificatePlan,
  extension,
  generalizedTime,
  issue,
  name,
  newKeys,
  oid,
  sequence,
  tlv,
  utcTime,
} from '../../support/certificates.js';
import { findPathFault, type PathPlans } from './path-fault.js';

const NULL = Buffer.from([0x05, 0x00]);
const OIDS = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};
const { serverAuth, clientAuth, anyExtendedKeyUsage } = EXTENDED_KEY_USAGES;

const integer = (hex: string): Buffer => tlv(0x02, Buffer.from(hex, 'hex'));
const withExtension = (type: string, critical: boolean, value: Buffer) => ({ extensions: { [type]: extension(type, critical, value) } });
const without = (type: string) => ({ extensions: { [type]: undefined } });
const withUsages = (bits: string) => withExtension(OIDS.keyUsage, true, Buffer.from(bits, 'hex'));
const withConstraints = (...fields: readonly Buffer[]) => withExtension(OIDS.basicConstraints, true, sequence(...fields));
const purposes = (...list: readonly string[]) => withExtension(OIDS.extendedKeyUsage, false, sequence(...list.map(oid)));
const dnsName = sequence(ascii(0x82, 'example.com'));
const validity = (notBefore: Buffer, notAfter: Buffer) => ({ validity: sequence(notBefore, notAfter) });
const TRUE = Buffer.from([0x01, 0x01, 0xff]);
const policyConstraints = sequence(tlv(0x80, Buffer.of(0)));

test.each<[string, PathPlans]>([
  ['as the RFC has it', {}],
  ['of a root that does not name its own key twice', { root: without(OIDS.authorityKeyId) }],
  [
    'whose leaf says nothing of constraints, usage and key',
    { leaf: { extensions: { [OIDS.keyUsage]: undefined, [OIDS.subjectKeyId]: undefined } } },
  ],
  ['whose leaf says that it is no authority', { leaf: withConstraints() }],
  ['whose leaf is an authority', { leaf: { ca: true } }],
  [
    'whose leaf has no subject, and a critical alternative',
    { leaf: { subject: name(), ...withExtension(OIDS.subjectAltName, true, dnsName) } },
  ],
  ['with 20 octets of serial number', { leaf: { serialNumber: integer('7f'.repeat(20)) } }],
  ['with 20 octets and the zero that keeps them positive', { leaf: { serialNumber: integer(`00${'ff'.repeat(20)}`) } }],
  [
    'to the end of 2049 and beyond',
    {
      root: validity(utcTime('491231235959Z'), generalizedTime('20500101000000Z')),
      at: new Date('2049-12-31T23:59:59Z'),
      intermediate: {},
    },
  ],
  ['without an end', { leaf: validity(utcTime('200101000000Z'), generalizedTime('99991231235959Z')) }],
  ['of any purpose, for servers', { purposes: [serverAuth] }],
  ['of the purpose', { purposes: [serverAuth], leaf: purposes(clientAuth, serverAuth) }],
  ['of the purpose, critically', { purposes: [serverAuth], leaf: withExtension(OIDS.extendedKeyUsage, true, sequence(oid(serverAuth))) }],
  [
    'whose authorities are for any purpose',
    { purposes: [serverAuth], intermediate: purposes(anyExtendedKeyUsage), root: purposes(serverAuth) },
  ],
  ['of some purpose, where none is asked for', { leaf: purposes(clientAuth) }],
  ['that lists policies critically', { leaf: withExtension('2.5.29.32', true, sequence(sequence(oid('2.5.29.32.0')))) }],
])('a path is good %s', async (_, plans) => {
  expect(await findPathFault(plans)).toBeUndefined();
});

test.each<[string, PathPlans, string]>([
  ['of version 1', { leaf: { version: Buffer.alloc(0) } }, 'version 1'],
  ['of version 2', { root: { version: Buffer.from('a003020101', 'hex') } }, 'version 2'],
  ['of a version to come', { leaf: { version: Buffer.from('a003020103', 'hex') } }, 'version 4'],
  ['that names another algorithm inside', { leaf: { signedAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) } }, 'two signature algorithms'],
  [
    'that names the same with parameters',
    { leaf: { signedAlgorithm: sequence(oid('1.2.840.10045.4.3.2'), NULL) } },
    'two signature algorithms',
  ],
  ['of serial number 0', { leaf: { serialNumber: integer('00') } }, 'not positive'],
  ['of a negative one', { intermediate: { serialNumber: integer('80') } }, 'not positive'],
  ['of 21 octets', { leaf: { serialNumber: integer('7f'.repeat(21)) } }, 'overlong'],
  ['of 21 octets and a zero', { root: { serialNumber: integer(`00${'ff'.repeat(21)}`) } }, 'overlong'],
  [
    'whose early times are in the long form',
    { leaf: validity(generalizedTime('20200101000000Z'), utcTime('491231235959Z')) },
    'form that is none',
  ],
  ['whose times have no seconds', { leaf: validity(utcTime('2001010000Z'), utcTime('491231235959Z')) }, 'form that is none'],
  ['whose times have fractions', { leaf: validity(utcTime('200101000000Z'), generalizedTime('20510101000000.5Z')) }, 'form that is none'],
  ['whose times are of another zone', { leaf: validity(utcTime('200101000000+0100'), utcTime('491231235959Z')) }, 'form that is none'],
  ['of an issuer without a name', { leaf: { issuerName: name() } }, 'names no issuer'],
  [
    'without a name, of an authority',
    { intermediate: { subject: name(), ...withExtension(OIDS.subjectAltName, true, dnsName) } },
    'names no issuer',
  ],
  ['without any name', { leaf: { subject: name() } }, 'no subject'],
  ['without a critical name', { leaf: { subject: name(), ...withExtension(OIDS.subjectAltName, false, dnsName) } }, 'no subject'],
  [
    'with an address of five octets',
    { leaf: withExtension(OIDS.subjectAltName, false, sequence(tlv(0x87, Buffer.alloc(5)))) },
    'address that is none',
  ],
  ['with an extension twice', { leaf: { moreExtensions: [extension(OIDS.keyUsage, true, Buffer.from('03020780', 'hex'))] } }, 'twice'],
  [
    'with an extension that is unknown and critical',
    { root: { moreExtensions: [extension('1.3.6.1.4.1.99999.1', true, NULL)] } },
    'unknown here',
  ],
  ['without the issuer’s key identifier', { leaf: without(OIDS.authorityKeyId) }, 'identify its issuer’s key'],
  ['without it, of an intermediate', { intermediate: without(OIDS.authorityKeyId) }, 'identify its issuer’s key'],
  [
    'without it, of a root that another key signs',
    { root: { ...without(OIDS.authorityKeyId), signedBy: newKeys() } },
    'identify its issuer’s key',
  ],
  [
    'that identifies it by serial number alone',
    { leaf: withExtension(OIDS.authorityKeyId, false, sequence(tlv(0xa1, ascii(0x82, 'a')), tlv(0x82, Buffer.of(1)))) },
    'identify its issuer’s key',
  ],
  [
    'that identifies it critically',
    { leaf: withExtension(OIDS.authorityKeyId, true, sequence(tlv(0x80, Buffer.alloc(20)))) },
    '2.5.29.35 as critical',
  ],
  [
    'that identifies another key',
    { leaf: withExtension(OIDS.authorityKeyId, false, sequence(tlv(0x80, Buffer.alloc(20)))) },
    'no issuer found',
  ],
  ['of an authority that does not identify its own', { root: without(OIDS.subjectKeyId) }, 'does not identify its key'],
  [
    'that identifies its own critically',
    { leaf: withExtension(OIDS.subjectKeyId, true, tlv(0x04, Buffer.alloc(20))) },
    '2.5.29.14 as critical',
  ],
  ['of an authority that says nothing of it', { intermediate: without(OIDS.basicConstraints) }, 'without being an authority'],
  [
    'that is none',
    { intermediate: { extensions: { [OIDS.basicConstraints]: undefined, [OIDS.keyUsage]: undefined } } },
    'not a certificate authority',
  ],
  ['of an authority that is not critical', { root: withExtension(OIDS.basicConstraints, false, CA_CONSTRAINTS) }, 'not critically'],
  ['of a leaf that is one, and not critical', { leaf: withExtension(OIDS.basicConstraints, false, CA_CONSTRAINTS) }, 'not critically'],
  ['of an authority of unknown usage', { intermediate: without(OIDS.keyUsage) }, 'may not sign certificates'],
  ['of an authority that may not sign', { root: withUsages('03020780') }, 'may not sign certificates'],
  ['of a leaf that may', { leaf: withUsages('03020284') }, 'without being an authority'],
  ['of no usage at all', { leaf: withUsages('030100') }, 'usages without one'],
  ['that limits a path without authority', { leaf: withConstraints(integer('00')) }, 'without being an authority'],
  [
    'whose names limit others without authority',
    { leaf: withExtension(OIDS.nameConstraints, true, sequence(tlv(0xa0, sequence(ascii(0x82, 'a'))))) },
    'without being an authority',
  ],
  ['longer than the root allows', { root: withConstraints(TRUE, integer('00')) }, 'too long'],
  [
    'that is limited without the right to sign',
    {
      leaf: {
        ca: true,
        extensions: {
          [OIDS.basicConstraints]: extension(OIDS.basicConstraints, true, sequence(TRUE, integer('00'))),
          [OIDS.keyUsage]: extension(OIDS.keyUsage, true, Buffer.from('03020780', 'hex')),
        },
      },
    },
    'may not sign',
  ],
  [
    'of constraints on names that are not critical',
    { root: withExtension(OIDS.nameConstraints, false, sequence(tlv(0xa0, sequence(ascii(0x82, 'a'))))) },
    '2.5.29.30 as non-critical',
  ],
  [
    'of constraints on policies that are not critical',
    { root: withExtension('2.5.29.36', false, policyConstraints) },
    '2.5.29.36 as non-critical',
  ],
  [
    'of constraints on policies, which nobody judges',
    { root: withExtension('2.5.29.36', true, policyConstraints) },
    '2.5.29.36, which is unknown here',
  ],
  ['that forbids any policy', { root: withExtension('2.5.29.54', false, integer('00')) }, '2.5.29.54 as non-critical'],
  [
    'that points somewhere critically',
    { leaf: withExtension('1.3.6.1.5.5.7.1.1', true, sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), ascii(0x86, 'http://a/')))) },
    '1.3.6.1.5.5.7.1.1 as critical',
  ],
  ['of another purpose', { purposes: [serverAuth], leaf: purposes(clientAuth) }, 'another purpose'],
  ['of another purpose above', { purposes: [serverAuth], intermediate: purposes(clientAuth) }, 'another purpose'],
  ['of any purpose, expressly', { purposes: [serverAuth], leaf: purposes(anyExtendedKeyUsage) }, 'no purpose in particular'],
  ['of no purpose', { leaf: purposes() }, 'usages without one'],
  [
    'of a purpose that is critical, where none is asked for',
    { leaf: withExtension(OIDS.extendedKeyUsage, true, sequence(oid(serverAuth))) },
    '2.5.29.37, which is unknown here',
  ],
])('a path fails, and says so, over a certificate %s', async (_, plans, word) => {
  expect(await findPathFault(plans)).toContain(word);
});

test('a certificate holds to the second of both its ends, and not a second longer', async () => {
  const leaf = validity(utcTime('240301000001Z'), utcTime('240401000000Z'));
  const isGoodAt = async (time: string) => (await findPathFault({ leaf, at: new Date(time) })) === undefined;
  expect(await isGoodAt('2024-03-01T00:00:00.999Z')).toBe(false);
  expect(await isGoodAt('2024-03-01T00:00:01Z')).toBe(true);
  expect(await isGoodAt('2024-04-01T00:00:00.999Z')).toBe(true);
  expect(await isGoodAt('2024-04-01T00:00:01Z')).toBe(false);
});

test.each<[string, CertificatePlan]>([
  ['basic constraints', withExtension(OIDS.basicConstraints, true, NULL)],
  ['a negative path length', withConstraints(TRUE, integer('ff'))],
  ['a flag that is neither true nor false', withConstraints(Buffer.from([0x01, 0x01, 0x01]))],
  ['key usage', withExtension(OIDS.keyUsage, true, NULL)],
  ['extended key usage', withExtension(OIDS.extendedKeyUsage, false, sequence(NULL))],
  ['the own key identifier', withExtension(OIDS.subjectKeyId, false, NULL)],
  ['the issuer’s key identifier', withExtension(OIDS.authorityKeyId, false, sequence(NULL))],
  ['an issuer without its serial number', withExtension(OIDS.authorityKeyId, false, sequence(tlv(0xa1, ascii(0x82, 'a'))))],
  ['alternative names', withExtension(OIDS.subjectAltName, false, Buffer.from([0x30, 0x05, 0x01]))],
  ['an empty list of names', withExtension(OIDS.subjectAltName, false, sequence())],
  ['a name that is not ASCII', withExtension(OIDS.subjectAltName, false, sequence(ascii(0x82, 'exämple.com')))],
  ['constraints on names', withExtension(OIDS.nameConstraints, true, sequence())],
  ['an access description', withExtension('1.3.6.1.5.5.7.1.1', false, sequence(NULL))],
  ['an extension without a value', { moreExtensions: [sequence(oid('1.2.3'))] }],
  [
    'an extension whose criticality is neither',
    { moreExtensions: [sequence(oid('1.2.3'), Buffer.from([0x01, 0x01, 0x02]), tlv(0x04, NULL))] },
  ],
  ['a serial number with a zero too many', { serialNumber: integer('0001') }],
  ['a serial number without octets', { serialNumber: integer('') }],
  ['64 KiB', { moreExtensions: [extension('1.2.3', false, tlv(0x04, Buffer.alloc(65_536)))] }],
])('a certificate is not read over %s', (_, plan) => {
  const { der } = issue(plan);
  expect(() => readCertificate(der)).toThrow();
});
