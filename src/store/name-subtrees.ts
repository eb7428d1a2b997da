import type { GeneralName } from './general-name.js';

/** With the underscore that hosts should not have, and do. */
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`, 'i');
const HOST_OR_WILDCARD = new RegExp(`^(?=.{1,253}$)(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`, 'i');
/** Scheme, user, host and port: what is left of the host is nothing to constrain by. */
const URI_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(?<host>[^/?#:@]+)(?::\d*)?(?:[/?#]|$)/i;
const NUMBERS_ALONE = /^[\d.]+$/;

/** An address, and an address with its mask. */
const IP_OCTETS = [4, 16];

export function isIpOctets(octets: Buffer): boolean {
  return IP_OCTETS.includes(octets.length);
}

export function isWrittenAsName(name: GeneralName): boolean {
  if (name.kind === 'dns') return HOST_OR_WILDCARD.test(name.text);
  if (name.kind === 'email') return HOST.test(toMailbox(name.text)?.host ?? '');
  if (name.kind === 'uri') return toUriHost(name.text) !== undefined;
  return name.kind === 'directory' || (name.kind === 'ip' && isIpOctets(name.octets));
}

/** The forms of RFC 5280 §4.2.1.10. The empty text stands for every name. */
export function isWrittenAsConstraint(subtree: GeneralName): boolean {
  if (subtree.kind === 'dns') return subtree.text === '' || HOST.test(subtree.text);
  if (subtree.kind === 'email') return subtree.text === '' || HOST.test(toMailbox(subtree.text)?.host ?? withoutDot(subtree.text));
  if (subtree.kind === 'uri') return subtree.text === '' || HOST.test(withoutDot(subtree.text));
  if (subtree.kind !== 'ip') return true;
  return IP_OCTETS.includes(subtree.octets.length / 2) && isPrefixMask(subtree.octets.subarray(subtree.octets.length / 2));
}

/** The host itself and all below it. A wildcard also touches the hosts right beside it, which it stands for. */
export function isWithinDns(name: string, subtree: string, wildcard: 'wholly' | 'touching'): boolean {
  const [own, base] = [name.toLowerCase(), subtree.toLowerCase()];
  if (base === '') return true;
  if (!own.startsWith('*.')) return own === base || own.endsWith(`.${base}`);
  const parent = own.slice('*.'.length);
  const isBeside = base.slice(base.indexOf('.') + 1) === parent && base.includes('.');
  return parent === base || parent.endsWith(`.${base}`) || (wildcard === 'touching' && isBeside);
}

/** One mailbox, all of a host, or with a leading dot all of the hosts below. */
export function isWithinEmail(name: string, subtree: string): boolean {
  const [mailbox, base] = [toMailbox(name), toMailbox(subtree)];
  if (mailbox === undefined) return false;
  if (base !== undefined) return mailbox.local === base.local && mailbox.host === base.host;
  return isWithinHost(mailbox.host, subtree);
}

/** One host, or with a leading dot all that are below. */
export function isWithinUri(name: string, subtree: string): boolean {
  const host = toUriHost(name);
  return host !== undefined && isWithinHost(host, subtree);
}

export function isWithinIp(octets: Buffer, subtree: Buffer): boolean {
  const [base, mask] = [subtree.subarray(0, octets.length), subtree.subarray(octets.length)];
  // Addresses of the other version are within nothing of this one.
  return base.length === mask.length && octets.every((octet, index) => (octet & at(mask, index)) === (at(base, index) & at(mask, index)));
}

const at = (octets: Buffer, index: number): number => octets[index] ?? 0;

function isWithinHost(host: string, subtree: string): boolean {
  const base = subtree.toLowerCase();
  return base === '' || (base.startsWith('.') ? host.endsWith(base) : host === base);
}

function toMailbox(text: string): { readonly local: string; readonly host: string } | undefined {
  const end = text.lastIndexOf('@');
  return end > 0 ? { local: text.slice(0, end), host: text.slice(end + 1).toLowerCase() } : undefined;
}

/** Undefined where the URI names none by name: an address in numbers is no host that a constraint could mean. */
function toUriHost(text: string): string | undefined {
  const host = URI_HOST.exec(text)?.groups?.['host']?.toLowerCase();
  return host !== undefined && HOST.test(host) && !NUMBERS_ALONE.test(host) ? host : undefined;
}

const withoutDot = (text: string): string => (text.startsWith('.') ? text.slice(1) : text);

/** Ones first, then zeros. */
function isPrefixMask(mask: Buffer): boolean {
  return /^1*0*$/.test([...mask].map((octet) => octet.toString(2).padStart(8, '0')).join(''));
}
