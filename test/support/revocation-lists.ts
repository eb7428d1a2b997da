// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { AuthorityKeyIdentifierExtension, Extension, X509CrlGenerator } from '@peculiar/x509';
import type { webcrypto } from 'node:crypto';
import type { Certificate } from '../../src/store/certificate.js';

export interface ListOptions {
  /** Serial numbers in hex. */
  readonly revoked?: readonly string[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | 'absent';
  /** One octet. */
  readonly number?: number | 'absent';
  readonly authorityKeyId?: Buffer | 'absent';
  readonly extensions?: readonly Extension[];
  readonly entryExtensions?: readonly Extension[];
  readonly hash?: string;
}

const HOUR_MS = 3_600_000;
const NUMBER_OID = '2.5.29.20';

export const crlNumber = (number: number, critical = false): Extension => new Extension(NUMBER_OID, critical, Uint8Array.of(2, 1, number));

/** The DER of a list that `issuer` makes with `key`; whatever is left out is as a good list has it. */
export async function makeRevocationList(
  issuer: Pick<Certificate, 'subject' | 'subjectKeyId'>,
  key: webcrypto.CryptoKey,
  options: ListOptions = {},
): Promise<Buffer> {
  const { revoked = [], number = 1, authorityKeyId = issuer.subjectKeyId ?? 'absent', hash = 'SHA-384' } = options;
  const { thisUpdate = new Date(Date.now() - HOUR_MS), nextUpdate = new Date(Date.now() + 24 * HOUR_MS) } = options;
  const crl = await X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate,
    ...(nextUpdate !== 'absent' && { nextUpdate }),
    entries: revoked.map((serialNumber) => ({
      serialNumber,
      revocationDate: thisUpdate,
      extensions: [...(options.entryExtensions ?? [])],
    })),
    extensions: [
      ...(authorityKeyId === 'absent' ? [] : [new AuthorityKeyIdentifierExtension(authorityKeyId.toString('hex'))]),
      ...(number === 'absent' ? [] : [crlNumber(number)]),
      ...(options.extensions ?? []),
    ],
    signingAlgorithm: { name: 'ECDSA', hash },
    signingKey: key,
  });
  return Buffer.from(crl.rawData);
}
