import { CancellationScope, condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import {
  ledgerChangedSignal,
  operatorResolveSignal,
  operatorRetrySignal,
  purchaseStateAttribute,
  type FulfilPurchaseInput,
  type FulfilPurchaseResult,
} from './contract.js';
import { waitParked, type Inbox } from './park.js';
import { step } from './step.js';
import type { LedgerView } from '../activities/steps.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isClosed, type PurchaseState } from '../domain/purchase.js';

/** After a grant that the ledger would not make; each pause is twice as long as the one before, so that the history stays short. */
const PAUSE_FIRST_MS = 10_000;
const PAUSE_LAST_MS = 86_400_000;

/**
 * Brings one paid order to its end: verify, check the ledger, grant, await the client's finish, mark finished.
 *
 * 1. The ledger decides: this run may stop, repeat or start over at any point without delivering twice.
 * 2. What retrying cannot mend parks the purchase; the run waits for an operator or for the ledger to change.
 * 3. A cancellation is recorded and changes nothing: a paid order is not cancelled by a click.
 */
export async function fulfilPurchase(purchaseOrderId: FulfilPurchaseInput): Promise<FulfilPurchaseResult> {
  const inbox: Inbox = { ledgerChanged: false, acts: [] };
  setHandler(ledgerChangedSignal, () => {
    inbox.ledgerChanged = true;
  });
  setHandler(operatorRetrySignal, (act) => void inbox.acts.push(act));
  setHandler(operatorResolveSignal, (act) => void inbox.acts.push(act));
  recordCancelRequests(purchaseOrderId);
  return CancellationScope.nonCancellable(async () => ({ state: await fulfil(purchaseOrderId, inbox) }));
}

async function fulfil(purchaseOrderId: PurchaseOrderId, inbox: Inbox): Promise<PurchaseState> {
  let pauseMs = PAUSE_FIRST_MS;
  for (;;) {
    const verdict = await step('verifyPurchase', purchaseOrderId);
    const found = await look(purchaseOrderId, inbox);
    if (isClosed(found.state)) return show(found.state);
    if (found.state === 'granted') return awaitFinish(purchaseOrderId, inbox, found);
    const obstacle = verdict.code !== undefined && !found.released.includes(verdict.code) ? verdict.code : found.code;
    if (obstacle !== undefined) {
      await waitParked(purchaseOrderId, obstacle, inbox);
      continue;
    }
    const { applicationId, productId, quantity } = found;
    const { state, code } = await step('grantEntitlement', { purchaseOrderId, applicationId, productId, quantity });
    if (state === 'granted') return awaitFinish(purchaseOrderId, inbox, found);
    if (code !== undefined) {
      await waitParked(purchaseOrderId, code, inbox);
      continue;
    }
    if (state !== 'received') continue;
    // The ledger has moved on since it was read, or will not grant for a reason that nobody foresaw.
    await condition(() => inbox.ledgerChanged, pauseMs);
    pauseMs = Math.min(pauseMs * 2, PAUSE_LAST_MS);
  }
}

/** The goods are in the account. What is left is to know that the store was told so, by the client or by itself. */
async function awaitFinish(purchaseOrderId: PurchaseOrderId, inbox: Inbox, known: LedgerView): Promise<PurchaseState> {
  let found = known;
  let [overdue, givesUp] = [false, false];
  show('granted');
  for (;;) {
    if (inbox.ledgerChanged) found = await look(purchaseOrderId, inbox);
    if (isClosed(found.state)) return show(found.state);
    if (found.finishKnown) return show((await step('markFinished', purchaseOrderId)).state);
    if (givesUp) {
      await step('closeUnfinished', purchaseOrderId);
      return 'granted';
    }
    const patienceMs = overdue ? found.closesInMs : Math.min(found.acknowledgementWindowMs, found.closesInMs);
    if (await condition(() => inbox.ledgerChanged, patienceMs)) continue;
    inbox.ledgerChanged = true; // A wake-up call may have been lost: the ledger is read once more, whatever comes next.
    givesUp = overdue || patienceMs === found.closesInMs;
    overdue = true;
    setCurrentDetails('Granted. The app has not confirmed the finish in time; the goods are safe, and this run goes on waiting.');
  }
}

async function look(purchaseOrderId: PurchaseOrderId, inbox: Inbox): Promise<LedgerView> {
  inbox.ledgerChanged = false; // Before the reading, so that a change during it is not missed.
  return step('checkLedger', purchaseOrderId);
}

const DETAILS: Record<PurchaseState, string> = {
  received: 'Paid and recorded; the goods are on their way.',
  granted: 'Granted. Waiting for the app to finish the purchase with the store.',
  finished: 'Finished: granted, and the store knows it.',
  refused: 'Closed without goods: revoked before the grant, or refused by an operator.',
  revoked: 'Revoked after the grant; what was granted has been taken back as far as it was there.',
};

function show(state: PurchaseState): PurchaseState {
  upsertSearchAttributes([{ key: purchaseStateAttribute, value: state }]);
  setCurrentDetails(DETAILS[state]);
  return state;
}

function recordCancelRequests(purchaseOrderId: PurchaseOrderId): void {
  CancellationScope.current().cancelRequested.catch(() =>
    CancellationScope.nonCancellable(() => step('recordCancelRequest', purchaseOrderId)),
  );
}
