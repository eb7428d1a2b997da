import { expect, test } from 'vitest';
import { readCertificate } from '../../../src/store/index.js';
import { ascii, type CertificatePlan, extension, issue, name, type NameStep, sequence, tlv } from '../../support/certificates.js';
import { findPathFault, type PathPlans } from './path-fault.js';

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

const dns = (text: string) => ascii(0x82, text);
const email = (text: string) => ascii(0x81, text);
const uri = (text: string) => ascii(0x86, text);
const ip = (...octets: readonly number[]) => tlv(0x87, Buffer.from(octets));
const directory = (...steps: readonly NameStep[]) => tlv(0xa4, name(...steps));
const otherName = tlv(0xa0, Buffer.from('0603290101', 'hex'), tlv(0xa0, ascii(0x0c, 'x')));
const registeredId = tlv(0x88, Buffer.from('2901', 'hex'));

const subtrees = (bases: readonly Buffer[]) => bases.map((base) => sequence(base));

interface Constraints {
  readonly permitted?: readonly Buffer[];
  readonly excluded?: readonly Buffer[];
}

function constrain({ permitted = [], excluded = [] }: Constraints): CertificatePlan {
  const lists = [permitted, excluded].flatMap((bases, number) => (bases.length > 0 ? [tlv(0xa0 + number, ...subtrees(bases))] : []));
  return { extensions: { '2.5.29.30': extension('2.5.29.30', true, sequence(...lists)) } };
}

const named = (...names: readonly Buffer[]): CertificatePlan =>
  names.length === 0 ? {} : { extensions: { '2.5.29.17': extension('2.5.29.17', false, sequence(...names)) } };

const PERMITTED: [string, Buffer, Buffer][] = [
  ['a host by itself', dns('example.com'), dns('example.com')],
  ['a host below', dns('example.com'), dns('a.b.example.com')],
  ['a host in capitals', dns('example.com'), dns('WWW.Example.COM')],
  ['all hosts of a wildcard', dns('example.com'), dns('*.example.com')],
  ['all hosts of a wildcard below', dns('example.com'), dns('*.a.example.com')],
  ['any host', dns(''), dns('example.com')],
  ['a mailbox', email('a@example.com'), email('a@EXAMPLE.com')],
  ['any mailbox of a host', email('example.com'), email('a@example.com')],
  ['any mailbox of the hosts below', email('.example.com'), email('a@b.example.com')],
  ['a URI of a host', uri('example.com'), uri('https://user@example.com:443/path')],
  ['a URI of a host below', uri('.example.com'), uri('https://www.example.com')],
  ['an address', ip(192, 0, 2, 1, 255, 255, 255, 255), ip(192, 0, 2, 1)],
  ['an address in a net', ip(192, 0, 2, 0, 255, 255, 254, 0), ip(192, 0, 3, 7)],
  ['an address of a net named by one in it', ip(192, 0, 2, 77, 255, 255, 255, 0), ip(192, 0, 2, 1)],
  ['any address', ip(0, 0, 0, 0, 0, 0, 0, 0), ip(192, 0, 2, 1)],
  ['an address of version 6', ip(...Array<number>(16).fill(0x20), ...Array<number>(16).fill(0xff)), ip(...Array<number>(16).fill(0x20))],
  ['a directory by itself', directory('Dropless', 'Tests'), directory('Dropless', 'Tests')],
  ['a directory below, in another spelling', directory('Some Company'), directory(['2.5.4.3', 0x13, ' some  COMPANY '], 'Below')],
  ['a directory in two-octet letters', directory('AB'), directory(['2.5.4.3', 0x1e, '\0A\0b'])],
];

const FOREIGN: [string, Buffer, Buffer][] = [
  ['a host elsewhere', dns('example.com'), dns('example.org')],
  ['a host that ends alike', dns('example.com'), dns('badexample.com')],
  ['the host above', dns('a.example.com'), dns('example.com')],
  ['a mailbox elsewhere', email('a@example.com'), email('b@example.com')],
  ['a mailbox in other capitals', email('a@example.com'), email('A@example.com')],
  ['a mailbox of a host below', email('example.com'), email('a@b.example.com')],
  ['a mailbox of the host itself', email('.example.com'), email('a@example.com')],
  ['a URI elsewhere', uri('example.com'), uri('https://example.org/example.com')],
  ['a URI of a user who is called like the host', uri('example.com'), uri('https://example.com@example.org/')],
  ['a URI of the host itself', uri('.example.com'), uri('https://example.com')],
  ['an address elsewhere', ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 3, 1)],
  ['an address of the other version', ip(0, 0, 0, 0, 0, 0, 0, 0), ip(...Array<number>(16).fill(0))],
  ['a directory elsewhere', directory('Dropless'), directory('Dripless')],
  ['the directory above', directory('Dropless', 'Tests'), directory('Dropless')],
  ['a directory of another attribute', directory('Dropless'), directory(['2.5.4.10', 0x0c, 'Dropless'])],
  ['a directory in letters that are none', directory('A'), directory(['2.5.4.3', 0x03, '\0A'])],
];

/** A subject is a directory too: it has to lie within what permits the other. */
const toPlans = (bases: Constraints, each: Buffer): PathPlans => ({ root: constrain(bases), intermediate: {}, leaf: named(each) });
const OWN_SUBJECTS = [directory('Intermediate'), directory('Leaf')];

test.each(PERMITTED)('permitted is %s', async (_, base, each) => {
  const permitted = base[0] === 0xa4 ? [base, ...OWN_SUBJECTS] : [base];
  expect(await findPathFault(toPlans({ permitted }, each))).toBeUndefined();
});

test.each(PERMITTED)('excluded is %s', async (_, base, each) => {
  expect(await findPathFault(toPlans({ excluded: [base] }, each))).toContain('is excluded');
});

test.each(FOREIGN)('not permitted is %s', async (_, base, each) => {
  const permitted = base[0] === 0xa4 ? [base, ...OWN_SUBJECTS] : [base];
  expect(await findPathFault(toPlans({ permitted }, each))).toContain('not permitted');
});

test.each(FOREIGN)('not excluded is %s', async (_, base, each) => {
  expect(await findPathFault(toPlans({ excluded: [base] }, each))).toBeUndefined();
});

test('a wildcard is excluded as soon as one of its hosts is, and permitted only with all of them', async () => {
  const leaf = named(dns('*.example.com'));
  expect(await findPathFault({ root: constrain({ excluded: [dns('a.example.com')] }), leaf })).toContain('is excluded');
  expect(await findPathFault({ root: constrain({ excluded: [dns('a.b.example.com')] }), leaf })).toBeUndefined();
  expect(await findPathFault({ root: constrain({ excluded: [dns('com')] }), leaf })).toContain('is excluded');
  expect(await findPathFault({ root: constrain({ permitted: [dns('a.example.com')] }), leaf })).toContain('not permitted');
});

test('constraints of one kind leave names of another alone', async () => {
  const root = constrain({ permitted: [dns('example.com')], excluded: [email('example.com')] });
  expect(await findPathFault({ root, leaf: named(ip(192, 0, 2, 1), uri('https://example.com/')) })).toBeUndefined();
  expect(await findPathFault({ root })).toBeUndefined();
});

test('every name has to be permitted, by one of the subtrees; one excluded is one too many', async () => {
  const permitted = [dns('example.org'), dns('example.com')];
  expect(await findPathFault({ root: constrain({ permitted }), leaf: named(dns('example.com'), dns('example.org')) })).toBeUndefined();
  expect(await findPathFault({ root: constrain({ permitted }), leaf: named(dns('example.com'), dns('example.net')) })).toContain(
    'permitted',
  );
  const root = constrain({ permitted, excluded: [dns('a.example.com')] });
  expect(await findPathFault({ root, leaf: named(dns('example.com'), dns('a.example.com')) })).toContain('is excluded');
});

test('constraints of every authority above hold, for authorities below too', async () => {
  const leaf = named(dns('a.example.com'));
  const wide = constrain({ permitted: [dns('example.com')] });
  expect(await findPathFault({ root: wide, intermediate: constrain({ permitted: [dns('a.example.com')] }), leaf })).toBeUndefined();
  expect(await findPathFault({ root: wide, intermediate: constrain({ permitted: [dns('example.org')] }), leaf })).toContain(
    'not permitted',
  );
  expect(await findPathFault({ root: wide, intermediate: named(dns('example.org')), leaf })).toContain('CN=Intermediate has a name');
  expect(await findPathFault({ root: constrain({ excluded: [directory('Intermediate')] }) })).toContain('CN=Intermediate has a name');
});

test('an authority that hands over to a key of its own is not constrained by itself, a leaf is', async () => {
  const root = constrain({ excluded: [directory('Root')] });
  expect(await findPathFault({ root, intermediate: { subject: name('Root') } })).toBeUndefined();
  expect(await findPathFault({ root, leaf: { subject: name('Root') } })).toContain('is excluded');
  const intermediate = constrain({ excluded: [directory('Intermediate')] });
  expect(await findPathFault({ intermediate, leaf: { subject: name('Intermediate') } })).toContain('is excluded');
});

test('a mailbox in the subject counts where none is among the other names', async () => {
  const root = constrain({ permitted: [email('example.com')] });
  const subject = name('Leaf', [EMAIL_ADDRESS, 0x16, 'a@example.org']);
  expect(await findPathFault({ root, leaf: { subject } })).toContain('a name (email) that is not permitted');
  expect(await findPathFault({ root, leaf: { subject: name('Leaf', [EMAIL_ADDRESS, 0x16, 'a@example.com']) } })).toBeUndefined();
  expect(await findPathFault({ root, leaf: { subject, ...named(email('a@example.com')) } })).toBeUndefined();
});

test.each<[string, Buffer, Buffer]>([
  ['an otherName', otherName, otherName],
  ['a registered identifier', registeredId, registeredId],
  ['a host with an empty label', dns('com'), dns('a..com')],
  ['a host with a dot in front', dns('com'), dns('.a.com')],
  ['a wildcard further in', dns('com'), dns('a.*.com')],
  ['a mailbox without a host', email('com'), email('a')],
  ['a URI without a host', uri('com'), uri('urn:isbn:0451450523')],
  ['a URI of an address', uri('com'), uri('https://192.0.2.1/')],
])('a name that constraints cannot be applied to is refused where they would have to be: %s', async (_, base, each) => {
  expect(await findPathFault(toPlans({ permitted: [base] }, each))).toContain('cannot be applied to');
  expect(await findPathFault(toPlans({ excluded: [base] }, each))).toContain('cannot be applied to');
  expect(await findPathFault({ root: constrain({ permitted: [ip(0, 0, 0, 0, 0, 0, 0, 0)] }), leaf: named(each) })).toBeUndefined();
});

test('an otherName is not judged by constraints on registered identifiers', async () => {
  expect(await findPathFault(toPlans({ permitted: [registeredId] }, otherName))).toBeUndefined();
});

const constraintsOf = (...lists: readonly Buffer[]): Buffer =>
  issue({ ca: true, extensions: { '2.5.29.30': extension('2.5.29.30', true, sequence(...lists)) } }).der;
const permit = (base: Buffer, ...more: readonly Buffer[]) => tlv(0xa0, sequence(base, ...more));

test.each<[string, readonly Buffer[]]>([
  ['that say nothing', []],
  ['whose list is empty', [tlv(0xa0)]],
  ['whose list stands twice', [permit(dns('a')), permit(dns('b'))]],
  ['with a list too many', [permit(dns('a')), tlv(0xa1, sequence(dns('b'))), tlv(0xa1, sequence(dns('b')))]],
  ['with a list that is unknown', [tlv(0xa2, sequence(dns('a')))]],
  ['with a minimum', [permit(dns('a'), tlv(0x80, Buffer.of(1)))]],
  ['with a maximum', [permit(dns('a'), tlv(0x81, Buffer.of(1)))]],
  ['on hosts with a dot in front', [permit(dns('.example.com'))]],
  ['on a wildcard', [permit(dns('*.example.com'))]],
  ['on a mailbox without a host', [permit(email('a@'))]],
  ['on a URI, whole', [permit(uri('https://example.com/'))]],
  ['on an address without a mask', [permit(ip(192, 0, 2, 1))]],
  ['on an address with half a mask', [permit(ip(192, 0, 2, 1, 255, 255))]],
  ['on an address whose mask has a hole', [permit(ip(192, 0, 2, 0, 255, 0, 255, 0))]],
  ['on a directory that is none', [permit(tlv(0xa4, Buffer.from([0x05, 0x00])))]],
  ['on nothing', [tlv(0xa0, sequence())]],
])('constraints are not read %s', (_, lists) => {
  expect(() => readCertificate(constraintsOf(...lists))).toThrow();
});

test('constraints are read with a minimum of zero', () => {
  expect(() => readCertificate(constraintsOf(permit(dns('a'), tlv(0x80, Buffer.of(0)))))).not.toThrow();
});

test('names by the thousand under constraints by the thousand are given up on', async () => {
  const hosts = Array.from({ length: 400 }, (_, number) => dns(`h${number}.example.com`));
  const few = Array.from({ length: 100 }, (_, number) => dns(`h${number}.example.com`));
  expect(await findPathFault({ root: constrain({ permitted: hosts }), leaf: named(...few) })).toBeUndefined();
  expect(await findPathFault({ root: constrain({ permitted: hosts }), leaf: named(...hosts) })).toContain('too many names');
});
