import { acknowledge, type Acknowledged } from './acknowledge.js';
import { describePurchase, type PurchaseStory } from './describe.js';
import { attach, release, resolve, retry } from './operate.js';
import { createPurchaseIntent, type PurchaseIntentAnswer, type PurchaseIntentRequest } from './purchase-intent.js';
import type { PurchaseAnswer } from './purchase-answer.js';
import { recover } from './recover.js';
import { rejudgeQuarantine } from './rejudge.js';
import { submit, type Submission, type SubmitDeps } from './submit.js';
import type { Account, PurchaseOrderId } from '../domain/ids.js';
import type { Decision } from '../ledger/operator-acts.js';

/** All that may be done with a purchase from outside: the only place that starts or signals a workflow. */
export interface Fulfilment {
  createIntent(request: PurchaseIntentRequest): Promise<PurchaseIntentAnswer>;
  submit(submission: Submission): Promise<PurchaseAnswer>;
  acknowledge(purchaseOrderId: PurchaseOrderId, by: Account, applications?: readonly string[]): Promise<Acknowledged>;
  describe(purchaseOrderId: PurchaseOrderId): Promise<PurchaseStory>;
  retry(purchaseOrderId: PurchaseOrderId, decision: Decision): Promise<void>;
  resolve(purchaseOrderId: PurchaseOrderId, as: 'refused' | 'granted-elsewhere', decision: Decision): Promise<void>;
  release(purchaseOrderId: PurchaseOrderId, accountId: string | undefined, decision: Decision): Promise<void>;
  attach(purchaseOrderId: PurchaseOrderId, accountId: string, decision: Decision): Promise<void>;
  recover(): Promise<{ checked: number; started: number }>;
  /** Takes in what the quarantine holds and the catalogue has come to serve. */
  rejudgeQuarantine(): Promise<void>;
  /** Callers of `submit` whose work is done but for the grant that they wait for. */
  waitingCallers(): number;
}

export interface FulfilmentDeps extends SubmitDeps {
  readonly intentKey: Uint8Array;
}

export function createFulfilment(deps: FulfilmentDeps): Fulfilment {
  return {
    createIntent: (request) => createPurchaseIntent(deps, request),
    submit: (submission) => submit(deps, submission),
    acknowledge: (purchaseOrderId, by, applications) => acknowledge(deps, purchaseOrderId, by, applications),
    describe: (purchaseOrderId) => describePurchase(deps.db, purchaseOrderId),
    retry: (purchaseOrderId, decision) => retry(deps, purchaseOrderId, decision),
    resolve: (purchaseOrderId, as, decision) => resolve(deps, purchaseOrderId, as, decision),
    release: (purchaseOrderId, accountId, decision) => release(deps, purchaseOrderId, accountId, decision),
    attach: (purchaseOrderId, accountId, decision) => attach(deps, purchaseOrderId, accountId, decision),
    recover: () => recover(deps),
    rejudgeQuarantine: () => rejudgeQuarantine(deps),
    waitingCallers: () => deps.watch.waiting,
  };
}
