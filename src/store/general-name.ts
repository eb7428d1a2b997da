import { constructed, DER, type DerValue, listWithin, primitive, readDer } from './der.js';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js';

/** RFC 5280 §4.2.1.6, as far as name constraints can judge it; the base of a constraint has the same form. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'ip'; readonly octets: Buffer }
  | { readonly kind: 'directory'; readonly name: DistinguishedName }
  /** otherName and the like, told apart by their tag. */
  | { readonly kind: 'unsupported'; readonly tag: number };

const EMAIL = primitive(1);
const DNS = primitive(2);
const DIRECTORY = constructed(4);
const URI = primitive(6);
const IP = primitive(7);
/** otherName, x400Address, ediPartyName, registeredID. */
const UNSUPPORTED = [constructed(0), constructed(3), constructed(5), primitive(8)];

/** @throws {RangeError} where it is no GeneralName. */
export function readGeneralName(value: DerValue): GeneralName {
  const { tag, content } = value;
  if (tag === EMAIL) return { kind: 'email', text: readIa5(content) };
  if (tag === DNS) return { kind: 'dns', text: readIa5(content) };
  if (tag === URI) return { kind: 'uri', text: readIa5(content) };
  if (tag === IP) return { kind: 'ip', octets: content };
  if (tag === DIRECTORY) return { kind: 'directory', name: readDistinguishedName(readDer(content)) };
  if (UNSUPPORTED.includes(tag)) return { kind: 'unsupported', tag };
  throw new RangeError('not a GeneralName');
}

/** @throws {RangeError} where it is no GeneralNames, of which one is the least. */
export function readGeneralNames(der: Buffer): GeneralName[] {
  const names = listWithin(readDer(der), DER.sequence).map(readGeneralName);
  if (names.length === 0) throw new RangeError('no GeneralName');
  return names;
}

function readIa5(content: Buffer): string {
  if (content.some((octet) => octet > 0x7f)) throw new RangeError('not an IA5String');
  return content.toString('latin1');
}
