import { DER, type DerValue, listWithin, readOid } from './der.js';

/** From the top down; each set of attributes in one comparable spelling (RFC 5280 §7.1). */
export type DistinguishedName = readonly RelativeName[];

interface RelativeName {
  readonly comparable: string;
  readonly emails: readonly string[];
}

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

/** @throws {RangeError} where it is no Name. */
export function readDistinguishedName(value: DerValue): DistinguishedName {
  return listWithin(value, DER.sequence).map((set) => {
    const attributes = listWithin(set, DER.set).map(readAttribute);
    if (attributes.length === 0) throw new RangeError('an empty RelativeDistinguishedName');
    const comparable = attributes.map(({ oid, text }) => JSON.stringify([oid, toComparable(text)]));
    const emails = attributes.filter(({ oid }) => oid === EMAIL_ADDRESS).map(({ text }) => text);
    return { comparable: comparable.toSorted().join(), emails };
  });
}

/** Whether the name is the subtree's own or below it. */
export function isWithinName(name: DistinguishedName, subtree: DistinguishedName): boolean {
  return subtree.every(({ comparable }, depth) => name[depth]?.comparable === comparable);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const UTF16 = new TextDecoder('utf-16be', { fatal: true });

/** UTF8String, PrintableString, TeletexString, IA5String and BMPString by their tags. */
const DECODERS: Readonly<Record<number, (content: Buffer) => string>> = {
  0x0c: (content) => UTF8.decode(content),
  0x13: (content) => content.toString('latin1'),
  0x14: (content) => content.toString('latin1'),
  0x16: (content) => content.toString('latin1'),
  0x1e: (content) => UTF16.decode(content),
};

function readAttribute(value: DerValue): { readonly oid: string; readonly text: string } {
  const [type, text, ...others] = listWithin(value, DER.sequence);
  if (text === undefined || others.length > 0) throw new RangeError('not an attribute of a name');
  const decode = DECODERS[text.tag];
  return { oid: readOid(type), text: decode === undefined ? `#${text.bytes.toString('hex')}` : decode(text.content) };
}

/** Case and the number of spaces make no other name. */
function toComparable(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/gu, ' ');
}
