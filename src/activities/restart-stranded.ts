import type { Database } from '../ledger/database.js';
import { takeOpenPurchases, type OpenPurchase } from '../ledger/open-purchases.js';

/** Starts a run for an open order that has none, and wakes the one of an overdue order; answers what it found. */
export type StartFulfilment = (open: OpenPurchase) => Promise<'started' | 'running'>;

export interface RestartStrandedDeps {
  readonly db: Database;
  readonly startFulfilment: StartFulfilment;
  /** Handed in likewise: takes in what the quarantine holds and the catalogue has come to serve. */
  readonly rejudgeQuarantine: () => Promise<void>;
  readonly strandedAfterMs: number;
}

/** As many as one run of the sweep asks after in its minute, a few at a time. */
const CHECKED_PER_SWEEP_MAX = 500;
const AT_ONCE = 10;

export async function restartStranded(deps: RestartStrandedDeps): Promise<{ checked: number; started: number }> {
  const due = await takeOpenPurchases(deps.db, { olderThanMs: deps.strandedAfterMs, limit: CHECKED_PER_SWEEP_MAX });
  let started = 0;
  for (let from = 0; from < due.length; from += AT_ONCE) {
    // One order that cannot be started does not keep the others; it is asked after again at the next sweep.
    const outcomes = await Promise.allSettled(due.slice(from, from + AT_ONCE).map((open) => deps.startFulfilment(open)));
    started += outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === 'started').length;
  }
  await deps.rejudgeQuarantine();
  return { checked: due.length, started };
}
