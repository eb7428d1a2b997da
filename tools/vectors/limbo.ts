import { z } from 'zod';
import type { CaseResult } from './case-result.js';
import {
  type Certificate,
  EXTENDED_KEY_USAGES,
  isFresh,
  readCertificate,
  readRevocationList,
  type RevocationList,
  verifyCertificatePath,
} from '../../src/store/index.js';

const PURPOSE = z.enum([
  'serverAuth',
  'clientAuth',
  'codeSigning',
  'emailProtection',
  'timeStamping',
  'OCSPSigning',
  'anyExtendedKeyUsage',
]);

const CASE = z.object({
  id: z.string(),
  validation_kind: z.string().nullish(),
  trusted_certs: z.array(z.string()),
  untrusted_intermediates: z.array(z.string()).nullish(),
  peer_certificate: z.string(),
  validation_time: z.iso.datetime({ offset: true, local: true }).nullish(),
  extended_key_usage: z.array(PURPOSE).nullish(),
  max_chain_depth: z.number().int().nonnegative().nullish(),
  crls: z.array(z.string()).nullish(),
  expected_result: z.enum(['SUCCESS', 'FAILURE']),
  expected_peer_name: z.unknown().optional(),
  expected_peer_names: z.array(z.unknown()).nullish(),
});
type Case = z.infer<typeof CASE>;
const FILE = z.object({ testcases: z.array(CASE) });

/** x509-limbo's certificate paths. A host's name is not ours to judge, so that no case is given one. */
export async function runLimboVectors(file: unknown): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const each of FILE.parse(file).testcases) {
    const fault = await findFault(each);
    const result = { id: each.id, expected: each.expected_result, got: fault === undefined ? 'SUCCESS' : 'FAILURE' };
    results.push({ ...result, ...(fault !== undefined && { why: fault }), ...toNaming(each, fault) });
  }
  return results;
}

/** A case that must fail may do so over its name alone: that we refuse it says something, that we do not says nothing. */
function toNaming({ expected_peer_name: name, expected_peer_names: names, expected_result: expected }: Case, fault: string | undefined) {
  const isNamed = (name !== undefined && name !== null) || (names ?? []).length > 0;
  if (!isNamed) return {};
  return { naming: expected === 'FAILURE' && fault === undefined ? ('not applicable' as const) : ('counted' as const) };
}

/** Why there is no path; undefined where there is one. */
async function findFault(each: Case): Promise<string | undefined> {
  const [leaf] = readAll([each.peer_certificate], readCertificate);
  if (leaf === undefined) return 'the certificate cannot be read';
  const crls = each.crls ?? [];
  const lists = readAll(crls, readRevocationList);
  if (lists.length < crls.length) return 'a revocation list cannot be read';
  const at = new Date(each.validation_time ?? Date.now());
  const depth = each.max_chain_depth ?? undefined;
  const result = await verifyCertificatePath({
    trustedRoots: readAll(each.trusted_certs, readCertificate),
    intermediates: readAll(each.untrusted_intermediates ?? [], readCertificate),
    leaf,
    at,
    revocation: { lists, now: at, policy: 'prefer' },
    purposes: toPurposes(each),
    ...(depth !== undefined && { limits: { intermediates: depth } }),
  });
  if (!result.ok) return result.fault;
  return findListFault({ path: result.path, given: lists, used: result.revocation?.lists ?? [], at });
}

interface Lists {
  readonly path: readonly Certificate[];
  readonly given: readonly RevocationList[];
  readonly used: readonly RevocationList[];
  readonly at: Date;
}

/** A case that gives an issuer's lists asks for a good one; one that gives none asks for none. */
function findListFault({ path, given, used, at }: Lists): string | undefined {
  const isGood = (name: Buffer) => used.some((list) => list.issuerName.equals(name) && isFresh(list, at));
  const bad = path.slice(1).find(({ subjectName: name }) => given.some((list) => list.issuerName.equals(name)) && !isGood(name));
  return bad && `no good revocation list of ${bad.subject}`;
}

/** What cannot be read is on no path. */
function readAll<T>(pems: readonly string[], read: (der: Buffer) => T): T[] {
  return pems.flatMap((pem) => {
    try {
      return [read(toDer(pem))];
    } catch {
      return [];
    }
  });
}

function toDer(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----/g, ''), 'base64');
}

/** "Any" asks for none in particular. */
function toPurposes({ extended_key_usage: asked, validation_kind: kind }: Case): string[] {
  const names = asked && asked.length > 0 ? asked : ([kind === 'CLIENT' ? 'clientAuth' : 'serverAuth'] as const);
  return names.filter((name) => name !== 'anyExtendedKeyUsage').map((name) => EXTENDED_KEY_USAGES[name]);
}
