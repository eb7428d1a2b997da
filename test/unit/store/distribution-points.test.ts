import { expect, test } from 'vitest';
import { listDistributionPoints } from '../../../src/store/distribution-points.js';

/** A DER value with a short length. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
const uri = (text: string) => der(0x86, Buffer.from(text));
const point = (...names: readonly Buffer[]) => der(0x30, der(0xa0, der(0xa0, ...names)));
const listPoints = (value: Buffer) => listDistributionPoints({ extensions: [{ oid: '2.5.29.31', critical: false, value }] });

test('the web addresses of full lists are listed, in their order', () => {
  const value = der(0x30, point(uri('http://a.example/1.crl'), uri('https://a.example/2.crl')), point(uri('http://b.example/')));
  expect(listPoints(value)).toEqual(['http://a.example/1.crl', 'https://a.example/2.crl', 'http://b.example/']);
});

test.each<[string, Buffer]>([
  ['another protocol', point(uri('ldap://a.example/cn=list'))],
  ['no address', point(uri('a list'))],
  ['another kind of name', point(der(0x82, Buffer.from('http://a.example/')))],
  ['a name relative to the issuer', der(0x30, der(0xa0, der(0xa1, uri('http://a.example/'))))],
  ['some reasons only', der(0x30, der(0xa0, der(0xa0, uri('http://a.example/'))), der(0x81, Buffer.of(0, 0x80)))],
  ['a list by somebody else', der(0x30, der(0xa0, der(0xa0, uri('http://a.example/'))), der(0xa2, uri('x')))],
  ['no name at all', der(0x30)],
  ['an empty name', der(0x30, der(0xa0))],
])('a point of %s is passed over', (_, bad) => {
  expect(listPoints(der(0x30, bad, point(uri('http://good.example/'))))).toEqual(['http://good.example/']);
});

test('a certificate that names none, or none that can be read, leads nowhere', () => {
  expect(listDistributionPoints({ extensions: [] })).toEqual([]);
  for (const value of [Buffer.alloc(0), Buffer.of(0x30, 5), der(0x31), der(0x30, uri('http://a.example/'))])
    expect(listPoints(value)).toEqual([]);
});
