import { expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { readCertificate, readRevocationList } from '../../../src/store/index.js';
import { makeRevocationList } from '../../support/revocation-lists.js';
import { AT } from './signed-evidence.js';

async function createSigned() {
  const { x5c, authorityKeys } = await createStorePki({ now: AT });
  const [leaf, intermediate] = x5c.map((entry) => Buffer.from(entry, 'base64'));
  if (leaf === undefined || intermediate === undefined || authorityKeys === undefined) throw new TypeError('a chain of ours');
  const issuer = readCertificate(intermediate);
  return { leaf, issuer, list: await makeRevocationList(issuer, authorityKeys.intermediate) };
}

/** OpenSSL's word on it is asked for, since others take the same numbers in many spellings. */
test.each([
  ['certificate', readCertificate, 'leaf'],
  ['revocation list', readRevocationList, 'list'],
] as const)('the signature of a %s is taken in one spelling alone', async (_, read, which) => {
  const signed = await createSigned();
  const der = signed[which];
  const isSigned = async (bytes: Buffer) => {
    try {
      return await read(bytes).isSignedBy(signed.issuer);
    } catch {
      return false;
    }
  };
  expect(await isSigned(der)).toBe(true);
  // BIT STRING: its unused bits; then tag and length of r and s together, and of r.
  const unusedBits = der.lastIndexOf(Buffer.from('0030', 'hex'), der.length - 98);
  for (let at = unusedBits; at < unusedBits + 5; at += 1) {
    for (let value = 0; value < 256; value += 1) {
      const changed: Buffer = Buffer.from(der);
      changed[at] = value;
      if (!changed.equals(der)) expect(await isSigned(changed), `byte ${at - unusedBits} as ${value}`).toBe(false);
    }
  }
});
