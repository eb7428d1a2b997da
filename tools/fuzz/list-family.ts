import { applyEdits, type Edit, EDITS } from './edits.js';
import { type Family, Finding, type FuzzFamily } from './family.js';
import { toFuzzFamily } from './run-family.js';
import { createStorePki } from '../../dev/store/pki.js';
import { readCertificate, readRevocationList, type RevocationList } from '../../src/store/index.js';
import { makeRevocationList } from '../../test/support/revocation-lists.js';

export async function createListFamily(): Promise<FuzzFamily> {
  const { x5c, authorityKeys } = await createStorePki();
  if (authorityKeys === undefined) throw new TypeError('a chain of ours is needed');
  const issuer = readCertificate(Buffer.from(x5c[1], 'base64'));
  const good = await makeRevocationList(issuer, authorityKeys.intermediate, { revoked: ['01', 'abcdef'] });
  const family: Family<readonly Edit[]> = {
    name: 'a revocation list’s bytes, changed',
    inputs: EDITS,
    async judge(edits) {
      const der = applyEdits(good, edits);
      const list = tryReading(der);
      if (list === undefined) return 'unreadable';
      const isTaken = await list.isSignedBy(issuer);
      if (isTaken && !der.equals(good)) throw new Finding('accepted');
      return isTaken ? 'unchanged' : 'refused';
    },
  };
  return toFuzzFamily(family);
}

/** What is no list throws when it is read, and may: whoever fetched it says so. */
function tryReading(der: Buffer): RevocationList | undefined {
  try {
    return readRevocationList(der);
  } catch {
    return undefined;
  }
}
