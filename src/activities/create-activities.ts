import { checkLedger } from './check-ledger.js';
import { grantEntitlement } from './grant-entitlement.js';
import { markFinished } from './mark-finished.js';
import { closeUnfinished, parkPurchase, recordCancelRequest, resolvePurchase, retryPurchase } from './record.js';
import { restartStranded, type StartFulfilment } from './restart-stranded.js';
import type { PurchaseSteps, SweepSteps } from './steps.js';
import { toWorkflowFailure, type LogFailure } from './to-workflow-failure.js';
import { verifyPurchase, type FindLists } from './verify-purchase.js';
import type { Catalogue } from '../domain/catalogue.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Database } from '../ledger/database.js';
import type { EvidenceCipher } from '../ledger/evidence-cipher.js';
import type { Verifier } from '../store/index.js';

export interface ActivityDeps {
  readonly db: Database;
  readonly cipher: EvidenceCipher;
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly findLists: FindLists;
  readonly catalogue: () => Catalogue;
  /** Called after each commit that changes a purchase. */
  readonly changed: (purchaseOrderId: PurchaseOrderId) => void;
  /** Handed in by the root: activities lie below what starts workflows. */
  readonly startFulfilment: StartFulfilment;
  readonly rejudgeQuarantine: () => Promise<void>;
  readonly logFailure: LogFailure;
  readonly acknowledgementWindowMs: number;
  readonly finishWindowMs: number;
  readonly strandedAfterMs: number;
}

export type Activities = PurchaseSteps & SweepSteps;

/** The steps, each behind one edge: whatever fails inside reaches the workflow as a code and a correlation id. */
export function createActivities(deps: ActivityDeps): Activities {
  const edge = <Input extends unknown[], Result>(name: string, run: (deps: ActivityDeps, ...input: Input) => Promise<Result>) =>
    toWorkflowFailure(name, (...input: Input) => run(deps, ...input), deps.logFailure);
  return {
    verifyPurchase: edge('verifyPurchase', verifyPurchase),
    checkLedger: edge('checkLedger', checkLedger),
    grantEntitlement: edge('grantEntitlement', grantEntitlement),
    markFinished: edge('markFinished', markFinished),
    parkPurchase: edge('parkPurchase', parkPurchase),
    retryPurchase: edge('retryPurchase', retryPurchase),
    resolvePurchase: edge('resolvePurchase', resolvePurchase),
    closeUnfinished: edge('closeUnfinished', closeUnfinished),
    recordCancelRequest: edge('recordCancelRequest', recordCancelRequest),
    restartStranded: edge('restartStranded', restartStranded),
  };
}
