import { ChangeChannel } from './change-channel.js';
import type { Database } from './database.js';
import { listPurchases } from './purchases.js';
import { repeatEvery } from './repeat-every.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Purchase } from '../domain/purchase.js';

export interface LedgerWatch {
  /** To be called after every commit that changes a purchase: wakes those who wait for it in this and other processes. */
  changed(purchaseOrderId: PurchaseOrderId): void;
  /** The purchase once `isDone` holds of it, or undefined when the time is up. Registers, then reads, then waits. */
  waitFor(purchaseOrderId: PurchaseOrderId, isDone: (purchase: Purchase) => boolean, timeoutMs: number): Promise<Purchase | undefined>;
  readonly waiting: number;
  close(): Promise<void>;
}

export interface LedgerWatchOptions {
  readonly db: Database;
  /** A direct connection for LISTEN, past any pooler; undefined: NOTIFY is switched off. */
  readonly listenUrl: string | undefined;
  readonly onError: (error: unknown) => void;
}

interface Waiter {
  readonly isDone: (purchase: Purchase) => boolean;
  readonly resolve: (purchase: Purchase | undefined) => void;
}

/** The safety net under both kinds of events: one query for all who wait. */
const POLL_INTERVAL_MS = 500;

export function openLedgerWatch({ db, listenUrl: url, onError }: LedgerWatchOptions): LedgerWatch {
  const waiters = new Map<PurchaseOrderId, Set<Waiter>>();
  const readAll = () => read([...waiters.keys()]);
  const onChanged = (id: PurchaseOrderId) => void read([id]);
  const channel = url === undefined ? undefined : new ChangeChannel({ url, onChanged, onConnected: () => void readAll(), onError });
  const stopPolling = repeatEvery(POLL_INTERVAL_MS, readAll);

  async function read(ids: readonly PurchaseOrderId[]): Promise<void> {
    const awaited = ids.filter((id) => waiters.has(id));
    if (awaited.length === 0) return;
    try {
      for (const purchase of await listPurchases(db, awaited)) {
        for (const waiter of waiters.get(purchase.purchaseOrderId) ?? []) {
          if (waiter.isDone(purchase)) waiter.resolve(purchase);
        }
      }
    } catch (error) {
      onError(error); // Those who wait are asked for again by the next poll.
    }
  }

  return {
    changed(id) {
      onChanged(id);
      channel?.notify(id);
    },
    waitFor: (id, isDone, timeoutMs) =>
      new Promise((settle) => {
        addWaiter(waiters, id, isDone, timeoutMs, settle);
        void read([id]);
      }),
    get waiting() {
      return [...waiters.values()].reduce((sum, group) => sum + group.size, 0);
    },
    async close() {
      stopPolling();
      await channel?.close();
    },
  };
}

/** Waits until somebody resolves it, or the time is up. */
function addWaiter(
  waiters: Map<PurchaseOrderId, Set<Waiter>>,
  id: PurchaseOrderId,
  isDone: Waiter['isDone'],
  timeoutMs: number,
  settle: (purchase: Purchase | undefined) => void,
): void {
  const group = waiters.get(id) ?? new Set();
  const waiter: Waiter = { isDone, resolve: leave };
  const timer = setTimeout(leave, timeoutMs, undefined);
  waiters.set(id, group.add(waiter));

  function leave(purchase?: Purchase): void {
    clearTimeout(timer);
    group.delete(waiter);
    if (group.size === 0 && waiters.get(id) === group) waiters.delete(id);
    settle(purchase);
  }
}
