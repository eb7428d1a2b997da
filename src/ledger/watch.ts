import pg from 'pg';
import type { Database } from './database.js';
import { listPurchases } from './purchases.js';
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

const CHANNEL = 'dropless_purchases';
/** The safety net under both kinds of events: one query for all who wait. */
const POLL_INTERVAL_MS = 500;
const RECONNECT_DELAY_MS = 1_000;

export function openLedgerWatch({ db, listenUrl, onError }: LedgerWatchOptions): LedgerWatch {
  const waiters = new Map<PurchaseOrderId, Set<Waiter>>();
  const listener =
    listenUrl === undefined
      ? undefined
      : listen(
          listenUrl,
          (id) => void read([id]),
          () => void readAll(),
          onError,
        );
  const poll = setInterval(() => void readAll(), POLL_INTERVAL_MS).unref();

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
  const readAll = () => read([...waiters.keys()]);

  return {
    changed(id) {
      void read([id]);
      listener?.notify(id);
    },
    waitFor: (id, isDone, timeoutMs) =>
      new Promise((settle) => {
        const group = waiters.get(id) ?? new Set();
        const waiter: Waiter = { isDone, resolve: leave };
        const timer = setTimeout(leave, timeoutMs, undefined);
        waiters.set(id, group.add(waiter));
        void read([id]);

        function leave(purchase: Purchase | undefined): void {
          clearTimeout(timer);
          group.delete(waiter);
          if (group.size === 0 && waiters.get(id) === group) waiters.delete(id);
          settle(purchase);
        }
      }),
    get waiting() {
      return [...waiters.values()].reduce((sum, group) => sum + group.size, 0);
    },
    async close() {
      clearInterval(poll);
      await listener?.close();
    },
  };
}

interface Listener {
  notify(id: PurchaseOrderId): void;
  close(): Promise<void>;
}

/** One dedicated connection, for LISTEN and for NOTIFY; after a break it reconnects, and `onConnected` reads again. */
function listen(
  url: string,
  onNotified: (id: PurchaseOrderId) => void,
  onConnected: () => void,
  onError: (error: unknown) => void,
): Listener {
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let sending = false;
  const unsent = new Set<PurchaseOrderId>();

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'dropless-watch', keepAlive: true });
    next.on('notification', ({ payload }) => payload !== undefined && onNotified(payload as PurchaseOrderId));
    next.on('error', onError);
    next.on('end', () => {
      if (client !== next) return;
      client = undefined;
      reconnect();
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      client = next;
      onConnected();
    } catch (error) {
      onError(error);
      await next.end().catch(() => undefined);
      reconnect();
    }
  }
  /** One statement at a time on the connection; what comes meanwhile goes together in the next. */
  async function sendAll(): Promise<void> {
    sending = true;
    while (client !== undefined && unsent.size > 0) {
      const ids = [...unsent];
      unsent.clear();
      await client.query('select pg_notify($1, id) from unnest($2::text[]) as id', [CHANNEL, ids]).catch(onError);
    }
    unsent.clear(); // Without a connection nobody can be told: the other processes poll.
    sending = false;
  }
  function reconnect(): void {
    if (!closed) retry = setTimeout(() => void connect(), RECONNECT_DELAY_MS).unref();
  }
  const connecting = connect();

  return {
    notify(id) {
      unsent.add(id);
      if (!sending) void sendAll();
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end();
    },
  };
}
