import type { VerifiedOrder } from '../verifier/verified-order';
import { createDurableValue } from '../durable-value';
import type { Storage } from '../ports';

/** The app's state and the orders that are in it: one value, so that neither is ever stored without the other. */
interface Entry<State> {
  readonly state: State;
  /** Every one that was ever given, oldest first: about 50 bytes each. */
  readonly orders: readonly string[];
}

export interface Journal<State> {
  state(): Promise<State>;
  /** Whether an order is in the state. */
  has(purchaseOrderId: string): Promise<boolean>;
  /** Puts an order into the state, once; resolves when it would survive a kill. */
  apply(order: VerifiedOrder): Promise<void>;
  /** A change of the app's own: coins that are spent. */
  change(change: (state: State) => State): Promise<State>;
}

const STORAGE_KEY = 'dropless.journal';

/**
 * What a standalone app gave for the orders that can be used up. A damaged journal is told and never started over:
 * nobody could say any more what was given.
 */
export function createJournal<State>(
  storage: Storage,
  initial: State,
  apply: (state: State, order: VerifiedOrder) => State,
): Journal<State> {
  const value = createDurableValue<Entry<State>>(storage, STORAGE_KEY);
  const empty: Entry<State> = { state: initial, orders: [] };
  const has = async (purchaseOrderId: string) => ((await value.get()) ?? empty).orders.includes(purchaseOrderId);
  return {
    async state() {
      return ((await value.get()) ?? empty).state;
    },
    has,
    async apply(order) {
      const { purchaseOrderId } = order;
      if (await has(purchaseOrderId)) return;
      await value.update((entry = empty) =>
        // Looked at again: another change may have come first.
        entry.orders.includes(purchaseOrderId) ? entry : { state: apply(entry.state, order), orders: [...entry.orders, purchaseOrderId] },
      );
    },
    async change(change) {
      const { state } = await value.update((entry = empty) => ({ ...entry, state: change(entry.state) }));
      return state;
    },
  };
}
