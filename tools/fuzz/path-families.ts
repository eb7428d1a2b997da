import fc from 'fast-check';
import { applyEdits, type Edit, EDITS } from './edits.js';
import { type Family, Finding, type FuzzFamily } from './family.js';
import { toFuzzFamily } from './run-family.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { type Certificate, readCertificate, verifyCertificatePath } from '../../src/store/index.js';

const AT = new Date('2026-11-24T08:00:00Z');
/** As the issue bounds the work on one path, whatever is given. */
const SIGNATURE_CHECKS_MAX = 16;
const PATH_CERTIFICATES_MAX = 8;
const CERTIFICATES_MAX = 200;

export async function createPathFamilies(): Promise<FuzzFamily[]> {
  // All of one name at each level, so that names alone lead everywhere.
  const pkis = await Promise.all(Array.from({ length: 6 }, (_, index) => createStorePki({ now: AT, ...toOptions(index) })));
  const pool = pkis.flatMap(({ x5c }) => x5c.map((entry) => readCertificate(Buffer.from(entry, 'base64'))));
  return [toFuzzFamily(anyBag(pool)), toFuzzFamily(changedCertificate(pkis[0]))];
}

/** The first is as Huawei's; of the others each intermediate and root says a little less of itself. */
function toOptions(index: number): Parameters<typeof createStorePki>[0] {
  return index === 0 ? {} : { intermediate: { pathLength: index % 2 === 0 ? 'absent' : index }, root: { pathLength: 'absent' } };
}

interface Bag {
  readonly leaf: number;
  readonly roots: readonly number[];
  readonly intermediates: readonly number[];
}

const anyBag = (pool: readonly Certificate[]): Family<Bag> => {
  const index = fc.nat(pool.length - 1);
  return {
    name: 'any certificates as leaf, intermediates and roots',
    inputs: fc.record({
      leaf: index,
      roots: fc.array(index, { maxLength: 12 }),
      intermediates: fc.array(index, { maxLength: CERTIFICATES_MAX, size: 'max' }),
    }),
    async judge(bag) {
      let computed = 0;
      const pick = (at: number): Certificate => toCounted(pool[at] ?? fail(), () => (computed += 1));
      const trustedRoots = bag.roots.map(pick);
      const result = await verifyCertificatePath({
        leaf: pick(bag.leaf),
        trustedRoots,
        intermediates: bag.intermediates.map(pick),
        at: AT,
      });
      if (computed > SIGNATURE_CHECKS_MAX) throw new Finding(`${computed} signature checks`);
      if (!result.ok) return 'refused';
      if (result.path.length > PATH_CERTIFICATES_MAX) throw new Finding(`a path of ${result.path.length}`);
      await checkPath(result.path, trustedRoots);
      return `a path of ${result.path.length}`;
    },
  };
};

/** Counted where the work is done, not where the code says that it counts. */
function toCounted(certificate: Certificate, count: () => void): Certificate {
  return {
    ...certificate,
    isSignedBy(issuer) {
      count();
      return certificate.isSignedBy(issuer);
    },
  };
}

function fail(): never {
  throw new TypeError('no such certificate');
}

async function checkPath(path: readonly Certificate[], trustedRoots: readonly Certificate[]): Promise<void> {
  const last = path.at(-1);
  if (!trustedRoots.some(({ fingerprint }) => fingerprint === last?.fingerprint)) throw new Finding('a path to no trusted root');
  for (const [index, issuer] of path.slice(1).entries()) {
    if ((await path[index]?.isSignedBy(issuer)) !== true) throw new Finding('a path with a gap');
  }
}

const changedCertificate = (pki: StorePki | undefined): Family<readonly Edit[]> => {
  const [leaf, ...authorities] = (pki?.x5c ?? []).map((entry) => Buffer.from(entry, 'base64'));
  const [intermediate, root] = authorities.map(readCertificate);
  if (leaf === undefined || intermediate === undefined || root === undefined) throw new TypeError('three certificates are needed');
  return {
    name: 'a leaf’s bytes, changed',
    inputs: EDITS,
    async judge(edits) {
      const der = applyEdits(leaf, edits);
      const certificate = tryReading(der);
      if (certificate === undefined) return 'unreadable';
      const { ok } = await verifyCertificatePath({
        leaf: certificate,
        trustedRoots: [root],
        intermediates: [intermediate],
        at: AT,
      });
      if (ok && !der.equals(leaf)) throw new Finding('accepted');
      return ok ? 'unchanged' : 'refused';
    },
  };
};

/** What is no certificate throws when it is read, and may: whoever reads it says so. */
function tryReading(der: Buffer): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch {
    return undefined;
  }
}
