import { condition, setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { parkedReasonAttribute, type OperatorResolve, type OperatorRetry, type ParkedMemo } from './contract.js';
import { step } from './step.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { ParkReason } from '../domain/purchase.js';

/** What has reached a running workflow and is not yet acted on. */
export interface Inbox {
  /** Something changed in the ledger since it was last read. */
  ledgerChanged: boolean;
  readonly acts: (OperatorRetry | OperatorResolve)[];
}

/**
 * Sets the purchase aside until an operator acts on this very park or the ledger changes. The caller then judges the
 * purchase anew from the start.
 */
export async function waitParked(purchaseOrderId: PurchaseOrderId, code: ParkReason, inbox: Inbox): Promise<void> {
  const { park } = await step('parkPurchase', { purchaseOrderId, code });
  if (park === undefined) return; // It moved on meanwhile: the next look at the ledger says where to.
  show(purchaseOrderId, code, park);
  await condition(() => inbox.ledgerChanged || takeAct(inbox, park) !== undefined);
  const act = takeAct(inbox, park);
  if (act !== undefined) {
    inbox.acts.length = 0;
    const input = { purchaseOrderId, park, who: act.who, why: act.why };
    if ('as' in act) await step('resolvePurchase', { ...input, as: act.as });
    else await step('retryPurchase', input);
  }
  upsertSearchAttributes([{ key: parkedReasonAttribute, value: null }]);
  upsertMemo({ parked: null });
}

/** The first act that names this park; acts for earlier parks never count. */
function takeAct({ acts }: Inbox, park: number): OperatorRetry | OperatorResolve | undefined {
  return acts.find((act) => act.park === park);
}

/** Where an operator looks in Temporal. What to do depends on more than the reason: the command that knows is named. */
function show(purchaseOrderId: PurchaseOrderId, reason: ParkReason, park: number): void {
  const whatToDo = `\`dropless show ${purchaseOrderId}\` says what to do, with the commands to copy.`;
  const memo: ParkedMemo = { reason, park, whatToDo };
  upsertSearchAttributes([{ key: parkedReasonAttribute, value: reason }]);
  upsertMemo({ parked: memo });
  setCurrentDetails(`**Parked: ${reason}** (park number ${park})\n\n${whatToDo}`);
}
