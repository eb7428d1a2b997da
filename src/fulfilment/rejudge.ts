import { acceptForItself, type SubmitDeps } from './submit.js';
import type { Application } from '../domain/catalogue.js';
import { deleteQuarantined, listQuarantined, type KeptEvidence } from '../ledger/quarantine.js';
import { toReport } from '../store/index.js';

const PAGE = 50;
const AT_ONCE = 5;

/**
 * Judges quarantined evidence anew that the catalogue in force has come to serve, through the same door as of the moment
 * that it came in, or as of now if that was too early. Nobody presents it: an order that names no account of ours waits for its owner.
 */
export async function rejudgeQuarantine(deps: SubmitDeps): Promise<void> {
  const { applications } = deps.catalogue();
  let after: string | undefined;
  do {
    const page = await listQuarantined(deps.db, { applicationIds: [...applications.keys()], after, limit: PAGE });
    after = page.at(-1)?.quarantineId;
    const served = page.filter((kept) => serves(applications.get(kept.applicationId), kept));
    for (let from = 0; from < served.length; from += AT_ONCE) {
      // What does not open, or meets a ledger that is away, stays and is tried again by the next sweep.
      await Promise.allSettled(served.slice(from, from + AT_ONCE).map((kept) => rejudge(deps, kept)));
    }
  } while (after !== undefined);
}

function serves(application: Application | undefined, { environment }: KeptEvidence): boolean {
  return application?.environments.includes(environment) ?? false;
}

async function rejudge(deps: SubmitDeps, kept: KeptEvidence): Promise<void> {
  const evidence = await deps.cipher.open(kept, kept);
  const at = kept.code === 'CLOCK_OR_CERTIFICATE_EARLY' ? deps.now() : kept.verifiedAt;
  const verification = await deps.verifier.verify(evidence, at);
  const purchases = verification.verdict.kind === 'valid' ? verification.verdict.purchases : [];
  const judged = { evidence, presenter: undefined, report: toReport(verification, at) };
  for (const purchase of purchases) await acceptForItself(deps, purchase, judged);
  if (purchases.length > 0) await deleteQuarantined(deps.db, kept);
}
