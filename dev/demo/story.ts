import { createPlayer, type Paid, type Player } from './player.js';
import type { Stack } from '../stack/stack.js';
import { pollUntil } from '../stack/poll-until.js';
import { parsePurchaseOrderId } from '../../src/domain/ids.js';
import type { PurchaseState } from '../../src/domain/purchase.js';
import { findPurchase } from '../../src/ledger/purchases.js';

/** What a story works with, and what it leaves for the closing table. */
export interface Stage {
  readonly stack: Stack;
  newPlayer(): Player;
  /** An order that was paid and has to be granted once, come what may. */
  paid(purchaseOrderId: string): void;
  /** One line of the story. */
  tell(line: string): void;
  /** Waits until the ledger says so; a story that waits in vain has failed. */
  until(purchaseOrderId: string, state: PurchaseState): Promise<void>;
}

export interface Story {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

const DEADLINE_MS = 60_000;

export function createStage(stack: Stack, tell: (line: string) => void): Stage & { readonly paidOrders: readonly string[] } {
  const paidOrders: string[] = [];
  return {
    stack,
    paidOrders,
    tell,
    newPlayer: () => createPlayer(stack, (account, id) => tell(`Order ${id}, paid by ${account}`)),
    paid: (purchaseOrderId) => void paidOrders.push(purchaseOrderId),
    until: async (purchaseOrderId, state) => {
      const id = parsePurchaseOrderId(purchaseOrderId);
      await pollUntil(async () => (await findPurchase(stack.db, id))?.state === state, { deadlineMs: DEADLINE_MS });
    },
  };
}

/** Begins a purchase that will not come to its end, and answers with the order once it is paid. */
export async function paidOnce(player: Player, begin: () => void): Promise<Paid> {
  const paid = player.nextPayment();
  begin();
  return paid;
}
