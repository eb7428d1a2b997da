import type { Certificate } from './certificate';
import { BOOLEAN, must, readDer } from './der';
import { bitsOf, booleanOf, naturalOf, sequenceOf } from './der-values';
import { toHex } from './hex';
import { refuseUnless } from './verification-error';

/** What a certificate's extensions say that its key may do. */
export interface CertificateUses {
  readonly isAuthority: boolean;
  /** How many authorities may stand between this one and a leaf; undefined: any number. */
  readonly pathLength: number | undefined;
  readonly maySign: boolean;
  readonly mayCertify: boolean;
  /** Carries Huawei's mark of the certificates that sign purchases, not critical and with nothing in it. */
  readonly isForPurchases: boolean;
}

/** 2.5.29.19 */
const BASIC_CONSTRAINTS = '551d13';
/** 2.5.29.15 */
const KEY_USAGE = '551d0f';
/** 1.3.6.1.4.1.2011.2.415.1.1: the same root signs certificates for other uses too. */
const PURCHASES = '2b060104018f5b02831f0101';
const ASN1_NULL = '0500';

/** Bits of the first byte of a key's usage. */
const DIGITAL_SIGNATURE = 0x80;
const CERTIFICATE_SIGN = 0x04;

/** @throws {VerificationError} where an extension asks for more than we do, or stands twice; {DerError} */
export function readUses({ extensions }: Certificate): CertificateUses {
  refuseUnless(new Set(extensions.map(({ id }) => id)).size === extensions.length, 'CHAIN_EXTENSION_TWICE');
  const find = (wanted: string) => extensions.find(({ id }) => id === wanted);
  const isKnown = (id: string) => [BASIC_CONSTRAINTS, KEY_USAGE, PURCHASES].includes(id);
  refuseUnless(!extensions.some(({ id, critical }) => critical && !isKnown(id)), 'CHAIN_EXTENSION_UNKNOWN');
  const usage = readKeyUsage(find(KEY_USAGE)?.value);
  const mark = find(PURCHASES);
  return {
    ...readBasicConstraints(find(BASIC_CONSTRAINTS)?.value),
    maySign: (usage & DIGITAL_SIGNATURE) !== 0,
    mayCertify: (usage & CERTIFICATE_SIGN) !== 0,
    isForPurchases: mark !== undefined && !mark.critical && toHex(mark.value) === ASN1_NULL,
  };
}

/** Without the extension nothing is allowed: every certificate of Huawei's has it. */
function readKeyUsage(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const { unused, bytes } = bitsOf(readDer(value));
  const [first = 0] = bytes;
  // DER leaves out the zeros after the last use.
  must((((bytes[bytes.length - 1] ?? 0) >> unused) & 1) === 1, 'a key without any use, or zeros after the last');
  return first;
}

/** @throws {DerError} */
function readBasicConstraints(value: Uint8Array | undefined): Pick<CertificateUses, 'isAuthority' | 'pathLength'> {
  if (value === undefined) return { isAuthority: false, pathLength: undefined };
  const all = sequenceOf(readDer(value));
  const isAuthority = all[0]?.tag === BOOLEAN;
  must(!isAuthority || booleanOf(all[0]), 'a default that is written down');
  const [length, ...others] = isAuthority ? all.slice(1) : all;
  must(others.length === 0 && (isAuthority || length === undefined), 'basic constraints');
  return { isAuthority, pathLength: length === undefined ? undefined : Number(`0x${toHex(naturalOf(length))}`) };
}
