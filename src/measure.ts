import type { Database } from './ledger/database.js';
import { countParkedPurchases } from './ledger/purchases.js';
import { listRevocationAges } from './ledger/revocation-lists.js';
import { repeatEvery } from './ledger/repeat-every.js';
import type { Metrics } from './telemetry/metrics.js';

export interface MeasureOptions {
  readonly db: Database;
  readonly metrics: Pick<Metrics, 'parked' | 'waitingCallers' | 'revocationListAge' | 'revocationListValid'>;
  readonly waitingCallers: () => number;
  readonly onError: (error: unknown) => void;
}

const MEASURE_INTERVAL_MS = 10_000;

/** Keeps the gauges current that nothing else moves: what waits, and why. Answers with how to stop it. */
export function startMeasuring({ db, metrics, waitingCallers, onError }: MeasureOptions): () => void {
  async function measure(): Promise<void> {
    metrics.waitingCallers.set(waitingCallers());
    const parked = await countParkedPurchases(db);
    metrics.parked.reset();
    for (const [reason, count] of parked) metrics.parked.set({ reason }, count);
    for (const { subject: issuer, ageSeconds, validSeconds } of await listRevocationAges(db)) {
      metrics.revocationListAge.set({ issuer }, ageSeconds);
      if (validSeconds !== undefined) metrics.revocationListValid.set({ issuer }, validSeconds);
    }
  }
  return repeatEvery(MEASURE_INTERVAL_MS, () => measure().catch(onError));
}
