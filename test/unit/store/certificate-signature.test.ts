import { expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { readCertificate, type Certificate } from '../../../src/store/index.js';
import { AT } from './signed-evidence.js';

/** OpenSSL's word on it is asked for, since others take the same numbers in many spellings. */
test('a certificate’s signature is taken in one spelling alone', async () => {
  const [leaf, intermediate] = (await createStorePki({ now: AT })).x5c.map((entry) => Buffer.from(entry, 'base64'));
  if (leaf === undefined || intermediate === undefined) throw new TypeError('a chain is needed');
  const issuer = readCertificate(intermediate);
  const isSigned = async (der: Buffer) => (await tryReading(der)?.isSignedBy(issuer)) ?? false;
  expect(await isSigned(leaf)).toBe(true);
  // BIT STRING: its unused bits; then tag and length of r and s together, and of r.
  const unusedBits = leaf.lastIndexOf(Buffer.from('0030', 'hex'), leaf.length - 98);
  for (let at = unusedBits; at < unusedBits + 5; at += 1) {
    for (let value = 0; value < 256; value += 1) {
      const changed = Buffer.from(leaf);
      changed[at] = value;
      if (!changed.equals(leaf)) expect(await isSigned(changed), `byte ${at - unusedBits} as ${value}`).toBe(false);
    }
  }
});

function tryReading(der: Buffer): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch {
    return undefined;
  }
}
