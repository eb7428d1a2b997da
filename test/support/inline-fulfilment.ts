import { APPLICATION_ID, TEST_CATALOGUE } from './catalogue.js';
import { createActivities, type Activities } from '../../src/activities/create-activities.js';
import { DroplessError } from '../../src/domain/errors.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { parseCatalogue } from '../../src/domain/parse-catalogue.js';
import { createFulfilment, type Fulfilment } from '../../src/fulfilment/create-fulfilment.js';
import type { Engine } from '../../src/fulfilment/engine.js';
import type { Alarm } from '../../src/fulfilment/quarantine.js';
import type { Database } from '../../src/ledger/database.js';
import { createEvidenceCipher, type EvidenceCipher } from '../../src/ledger/evidence-cipher.js';
import { findLists } from '../../src/ledger/revocation-lists.js';
import type { LedgerWatch } from '../../src/ledger/watch.js';
import { readRevocationList, type Verifier } from '../../src/store/index.js';

export interface InlineFulfilmentOptions {
  readonly db: Database;
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly cipher?: EvidenceCipher;
  readonly alarm?: Alarm;
  /** The test catalogue unless said otherwise. */
  readonly catalogue?: unknown;
  readonly now?: () => Date;
  /** Told why a run ended before its time. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Everything but Temporal: starting or waking a run takes the steps of `fulfilPurchase` in the caller's own time, once,
 * up to where the run would wait. A step that fails ends that run, as a killed worker does; `recover` starts another.
 */
export function createInlineFulfilment(options: InlineFulfilmentOptions): Fulfilment {
  const { db, verifier, cipher = createTestCipher(), alarm = ignore, onFailure = ignore, now = () => new Date() } = options;
  const catalogue = parseCatalogue(options.catalogue ?? TEST_CATALOGUE, 1);
  const shared = { db, verifier, cipher, alarm, catalogue: () => catalogue, watch: NO_WATCH };
  const activities = createActivities({
    ...shared,
    changed: ignore,
    findLists: async (fingerprints) => (await findLists(db, fingerprints)).map(readRevocationList),
    startFulfilment: () => Promise.reject(new TypeError('there is no sweep here')),
    rejudgeQuarantine: () => Promise.reject(new TypeError('there is no sweep here')),
    logFailure: ({ error }) => onFailure(error),
    acknowledgementWindowMs: 1_000,
    finishWindowMs: 1_000,
    strandedAfterMs: 0,
  });
  return createFulfilment({
    ...shared,
    engine: createInlineEngine(activities),
    now,
    grantWaitMs: 0,
    waitingCallersMax: 100,
    intentKey: Buffer.alloc(32, 2),
  });
}

export function createTestCipher(keyIds: readonly string[] = ['test']): EvidenceCipher {
  return createEvidenceCipher(new Map(keyIds.map((keyId) => [keyId, Buffer.alloc(32, keyId)])));
}

/** What a test sells to an account, where the product does not matter. */
export const GOLD_INTENT = { applicationId: APPLICATION_ID, productId: 'gold60', quantity: 1 };

const ignore = (): void => undefined;

const NO_WATCH: LedgerWatch = {
  changed: ignore,
  waitFor: () => Promise.resolve(undefined),
  waiting: 0,
  close: () => Promise.resolve(),
};

function createInlineEngine(activities: Activities): Engine {
  const run = (id: PurchaseOrderId) =>
    fulfil(activities, id).then(
      () => 'running' as const,
      () => 'running' as const,
    );
  return {
    start: ({ purchaseOrderId }) => run(purchaseOrderId),
    wake: run,
    isRunning: () => Promise.resolve(false),
    operate: () => Promise.reject(new DroplessError('ENGINE_UNAVAILABLE')),
  };
}

async function fulfil(activities: Activities, id: PurchaseOrderId): Promise<void> {
  const verdict = await activities.verifyPurchase(id);
  const found = await activities.checkLedger(id);
  if (found.state === 'received') {
    const obstacle = verdict.code !== undefined && !found.released.includes(verdict.code) ? verdict.code : found.code;
    if (obstacle !== undefined) {
      await activities.parkPurchase({ purchaseOrderId: id, code: obstacle });
      return;
    }
    const { state, code } = await activities.grantEntitlement({ purchaseOrderId: id, ...found });
    if (code !== undefined) await activities.parkPurchase({ purchaseOrderId: id, code });
    if (state !== 'granted') return;
  }
  if (found.finishKnown) await activities.markFinished(id);
}
