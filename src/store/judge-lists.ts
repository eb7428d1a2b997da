import { z } from 'zod';
import type { Certificate } from './certificate.js';
import type { CheckList } from './checks.js';
import { judgeRevocation, type RevocationPolicy } from './revocation.js';
import type { RevocationList } from './revocation-list.js';

/** What a verifier knows of revocations: only what lies in memory, never a host that would have to be asked. */
export interface VerifierRevocation {
  readonly policy: RevocationPolicy;
  readonly lists: () => readonly RevocationList[];
  /** Told of each path that held, whatever its lists say: where those are found, and whose keys they are signed with. */
  readonly onPath?: (path: readonly Certificate[]) => void;
}

export interface JudgeListsOptions extends VerifierRevocation {
  /** The lists that the evidence was judged by before: they count as well, and no list has to be fresh any more. */
  readonly recorded: readonly RevocationList[] | undefined;
  readonly now: () => Date;
}

const CHECK = 'revocation';

/** A revoked certificate is no verdict on the purchase: what it signed may be good, and a fresh copy settles it. */
export async function judgeLists(
  path: readonly Certificate[],
  options: JudgeListsOptions | undefined,
  checks: CheckList,
): Promise<'CERTIFICATE_REVOKED' | 'REVOCATION_UNKNOWN' | undefined> {
  if (options === undefined) {
    await checks.run(CHECK, () => ({ value: undefined, seen: 'not looked at: there are no lists here' }));
    return undefined;
  }
  const { recorded, now } = options;
  options.onPath?.(path);
  const policy = recorded !== undefined && options.policy === 'require-fresh' ? 'prefer' : options.policy;
  // A recorded list is mostly still the newest: it is held against a certificate once.
  const known = [...new Set([...(recorded ?? []), ...options.lists()])];
  const { status, seen, lists } = await judgeRevocation(path, { lists: known, policy, now: now() });
  const facts = { policy, lists: Object.fromEntries(lists.map(({ fingerprint, number }) => [fingerprint, `number ${number}`])) };
  if (status === 'good') {
    await checks.run(CHECK, () => ({ value: undefined, seen, facts }));
    return undefined;
  }
  checks.fail(CHECK, seen, facts);
  return status === 'revoked' ? 'CERTIFICATE_REVOKED' : 'REVOCATION_UNKNOWN';
}

const REPORT = z.object({
  checks: z.array(z.object({ name: z.string(), facts: z.object({ lists: z.record(z.string(), z.string()).optional() }).optional() })),
});

/** The fingerprints of the lists that a verification rests on, out of the report that was kept of it. */
export function listsUsedBy(report: unknown): string[] {
  const checks = REPORT.safeParse(report).data?.checks ?? [];
  return checks.flatMap(({ name, facts }) => (name === CHECK ? Object.keys(facts?.lists ?? {}) : []));
}
