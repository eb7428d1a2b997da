import { acknowledge, type Acknowledged } from './acknowledge.js';
import { describePurchase, type PurchaseStory } from './describe.js';
import { attach, release, resolve, retry } from './operate.js';
import { createPurchaseIntent, type PurchaseIntentAnswer, type PurchaseIntentRequest } from './purchase-intent.js';
import type { PurchaseAnswer } from './purchase-answer.js';
import { recover } from './recover.js';
import { submit, type Submission, type SubmitDeps } from './submit.js';
import type { Account, PurchaseOrderId } from '../domain/ids.js';
import type { Operator } from '../ledger/operator-acts.js';

/** All that may be done with a purchase from outside: the only place that starts or signals a workflow. */
export interface Fulfilment {
  createIntent(request: PurchaseIntentRequest): Promise<PurchaseIntentAnswer>;
  submit(submission: Submission): Promise<PurchaseAnswer>;
  acknowledge(purchaseOrderId: PurchaseOrderId, by: Account): Promise<Acknowledged>;
  describe(purchaseOrderId: PurchaseOrderId): Promise<PurchaseStory>;
  retry(purchaseOrderId: PurchaseOrderId, operator: Operator): Promise<void>;
  resolve(purchaseOrderId: PurchaseOrderId, as: 'refused' | 'granted-elsewhere', operator: Operator): Promise<void>;
  release(purchaseOrderId: PurchaseOrderId, accountId: string | undefined, operator: Operator): Promise<void>;
  attach(purchaseOrderId: PurchaseOrderId, accountId: string, operator: Operator): Promise<void>;
  recover(): Promise<{ checked: number; started: number }>;
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
    acknowledge: (purchaseOrderId, by) => acknowledge(deps, purchaseOrderId, by),
    describe: (purchaseOrderId) => describePurchase(deps.db, purchaseOrderId),
    retry: (purchaseOrderId, operator) => retry(deps, purchaseOrderId, operator),
    resolve: (purchaseOrderId, as, operator) => resolve(deps, purchaseOrderId, as, operator),
    release: (purchaseOrderId, accountId, operator) => release(deps, purchaseOrderId, accountId, operator),
    attach: (purchaseOrderId, accountId, operator) => attach(deps, purchaseOrderId, accountId, operator),
    recover: () => recover(deps),
    waitingCallers: () => deps.watch.waiting,
  };
}
