import type { Certificate } from './certificate.js';
import { type RevocationList, toSerialKey } from './revocation-list.js';

export type RevocationPolicy = 'require-fresh' | 'prefer' | 'off';

export interface Revocation {
  readonly lists: readonly RevocationList[];
  /** Lists are fresh or stale by the present time, whatever moment the certificates are judged at. */
  readonly now: Date;
  readonly policy: RevocationPolicy;
}

export interface RevocationJudgement {
  /** `unknown` only where the policy demands fresh lists, and one is missing or stale. */
  readonly status: 'good' | 'revoked' | 'unknown';
  /** For a human: each certificate and what its list says, or that there is none. */
  readonly seen: string;
  /** The lists that it rests on. */
  readonly lists: readonly RevocationList[];
}

/** A list made a little ahead of our clock; further ahead it is not used yet. */
const SKEW_MS = 5 * 60_000;

/**
 * Looks each certificate of a validated path up in its issuer's newest list; the root answers for itself. An entry
 * counts whether or not its list is still fresh: an old list can lack a revocation, it cannot invent one.
 * `maySign` is asked before each signature is computed: false ends the search for a list.
 */
export async function judgeRevocation(
  path: readonly Certificate[],
  revocation: Revocation,
  maySign: () => boolean = () => true,
): Promise<RevocationJudgement> {
  const { policy, now } = revocation;
  if (policy === 'off') return { status: 'good', seen: 'not looked at: the policy is off', lists: [] };
  const lists: RevocationList[] = [];
  const seen: string[] = [];
  let status: RevocationJudgement['status'] = 'good';
  for (const [index, issuer] of path.slice(1).entries()) {
    const subject = path[index];
    if (subject === undefined) continue;
    const list = await findNewestList(issuer, revocation, maySign);
    const entry = list?.revoked.get(toSerialKey(subject.serialNumber));
    if (list !== undefined) lists.push(list);
    if (entry !== undefined) status = 'revoked';
    else if (status === 'good' && policy === 'require-fresh' && (list === undefined || !isFresh(list, now))) status = 'unknown';
    seen.push(`${subject.subject}: ${describe(list, entry?.revokedAt, now)}`);
  }
  return { status, seen: seen.join('; '), lists };
}

/** Whether `list` says that `issuer` made it, who may, and that it holds by now: all but the signature. */
function namesIssuer(list: RevocationList, issuer: Certificate, now: Date): boolean {
  if (!list.issuerName.equals(issuer.subjectName)) return false;
  if (issuer.subjectKeyId !== undefined && !issuer.subjectKeyId.equals(list.authorityKeyId)) return false;
  if (issuer.keyUsages !== undefined && !issuer.keyUsages.has('cRLSign')) return false;
  return list.thisUpdate.getTime() <= now.getTime() + SKEW_MS;
}

/** Why a list that somebody sent is not one of `issuer`'s to go by; undefined where it is. Says nothing of its freshness. */
export async function findListFault(list: RevocationList, issuer: Certificate, now: Date): Promise<string | undefined> {
  if (!namesIssuer(list, issuer, now)) return 'not of this issuer, or of the future';
  return (await list.isSignedBy(issuer)) ? undefined : 'not signed by its issuer';
}

export function isListed({ revoked }: RevocationList, serialNumber: string): boolean {
  return revoked.has(toSerialKey(serialNumber));
}

/** Until the moment that it announces the next one for. */
export function isFresh({ nextUpdate }: RevocationList, now: Date): boolean {
  return now <= nextUpdate;
}

async function findNewestList(
  issuer: Certificate,
  { lists, now }: Revocation,
  maySign: () => boolean,
): Promise<RevocationList | undefined> {
  const candidates = lists.filter((list) => namesIssuer(list, issuer, now));
  for (const list of candidates.toSorted((one, other) => other.thisUpdate.getTime() - one.thisUpdate.getTime())) {
    if (!maySign()) return undefined;
    if (await list.isSignedBy(issuer)) return list;
  }
  return undefined;
}

function describe(list: RevocationList | undefined, revokedAt: Date | undefined, now: Date): string {
  if (list === undefined) return 'no list of its issuer';
  const which = `list ${list.number} of ${list.thisUpdate.toISOString()}${isFresh(list, now) ? '' : ', stale'}`;
  return revokedAt === undefined ? `not on ${which}` : `revoked ${revokedAt.toISOString()} by ${which}`;
}
