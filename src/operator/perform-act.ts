import { withFulfilment } from './open-parts.js';
import type { Shell } from './operator-deps.js';
import { pollFor } from './poll-for.js';
import { adviseOn, renderAdvice } from './park-advice.js';
import { toOwnerWords, toStateWords } from './state-words.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isClosed, type Purchase } from '../domain/purchase.js';
import type { Fulfilment } from '../fulfilment/create-fulfilment.js';
import { getPurchase } from '../ledger/purchases.js';

const OUTCOME_DEADLINE_MS = 5_000;

/**
 * Performs an operator's act, waits a little for what comes of it, and prints how the order stands.
 * @throws {DroplessError} the act's codes
 */
export function performAct(shell: Shell, purchaseOrderId: PurchaseOrderId, act: (fulfilment: Fulfilment) => Promise<void>): Promise<void> {
  return withFulfilment(shell, async ({ fulfilment, db, engineUp }) => {
    const before = await getPurchase(db, purchaseOrderId);
    await act(fulfilment);
    const settled = engineUp() ? await pollFor(() => findSettled(db, before), OUTCOME_DEADLINE_MS) : undefined;
    const purchase = settled ?? (await getPurchase(db, purchaseOrderId));
    shell.print([...renderOutcome(purchase), ...(settled === undefined ? [toPendingWords(purchase, engineUp())] : [])]);
  });
}

async function findSettled(db: Parameters<typeof getPurchase>[0], before: Purchase): Promise<Purchase | undefined> {
  const purchase = await getPurchase(db, before.purchaseOrderId);
  return isSettled(purchase, before) ? purchase : undefined;
}

/** Nothing more happens to it by itself: it is closed, waits for its player, or is parked again. */
function isSettled({ state, park, storeFinished, acknowledgedAt }: Purchase, before: Purchase): boolean {
  if (state === 'received') return park !== undefined && park.number > (before.park?.number ?? 0);
  // What the store or the app calls finished goes on from granted to finished by itself.
  return isClosed(state) || (!storeFinished && acknowledgedAt === undefined);
}

function renderOutcome(purchase: Purchase): string[] {
  const { purchaseOrderId, park } = purchase;
  const parked = park && [`Parked: ${park.reason}, park number ${park.number}.`, ...renderAdvice(adviseOn(purchase))];
  return [`Order ${purchaseOrderId} is ${toStateWords(purchase)}; owner: ${toOwnerWords(purchase)}.`, ...(parked ?? [])];
}

function toPendingWords({ purchaseOrderId }: Purchase, engineUp: boolean): string {
  return engineUp
    ? `It is not decided yet: is a worker running? Look again with \`dropless show ${purchaseOrderId}\`.`
    : 'Temporal cannot be reached. The act is recorded; the sweep carries it out once Temporal is back.';
}
