import { requireEngine, withFulfilment } from './open-parts.js';
import type { Shell } from './operator-deps.js';
import { pollFor } from './poll-for.js';
import { adviseOn } from './park-advice.js';
import { toOwnerWords, toStateWords } from './state-words.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import { isClosed, type Purchase } from '../domain/purchase.js';
import type { Fulfilment } from '../fulfilment/create-fulfilment.js';
import { getPurchase } from '../ledger/purchases.js';

export interface Act {
  /** A signal alone needs Temporal; what stands in the ledger is carried out when Temporal is back. */
  readonly needsEngine: boolean;
  /** The park that the operator looked at; undefined: whichever the order has. */
  readonly park: number | undefined;
  readonly act: (fulfilment: Fulfilment) => Promise<void>;
}

const OUTCOME_DEADLINE_MS = 5_000;

/**
 * Performs an operator's act, waits a little for what comes of it, and prints how the order stands.
 * @throws {DroplessError} the act's codes; `PARK_NUMBER_STALE`; `ENGINE_UNAVAILABLE` when it needs Temporal and Temporal is away
 */
export function performAct(shell: Shell, purchaseOrderId: PurchaseOrderId, { needsEngine, park, act }: Act): Promise<void> {
  return withFulfilment(shell, async ({ fulfilment, db }, engineUp) => {
    if (needsEngine) requireEngine(engineUp);
    const before = await getPurchase(db, purchaseOrderId);
    if (park !== undefined && before.park?.number !== park) throw new DroplessError('PARK_NUMBER_STALE');
    await act(fulfilment);
    const settled = engineUp ? await pollFor(() => findSettled(db, before), OUTCOME_DEADLINE_MS) : undefined;
    const purchase = settled ?? (await getPurchase(db, purchaseOrderId));
    shell.print([...renderOutcome(purchase), ...(settled === undefined ? [toPendingWords(engineUp)] : [])]);
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
  const parked = park && [`Parked: ${park.reason}, park number ${park.number}.`, adviseOn(park.reason, purchaseOrderId)];
  return [`Order ${purchaseOrderId} is ${toStateWords(purchase)}; owner: ${toOwnerWords(purchase)}.`, ...(parked ?? [])];
}

function toPendingWords(engineUp: boolean): string {
  return engineUp
    ? 'It is not decided yet: is a worker running? Look again with `dropless show`.'
    : 'Temporal cannot be reached. The act is recorded; the sweep carries it out once Temporal is back.';
}
