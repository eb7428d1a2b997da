import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { grant, receive, toAccount, toVerified } from '../../support/ledger.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import type { Purchase, VerifiedPurchase } from '../../../src/domain/purchase.js';
import type { Database } from '../../../src/ledger/database.js';
import { openLedgerWatch, type LedgerWatch, type LedgerWatchOptions } from '../../../src/ledger/watch.js';

let database: TestDatabase;
const opened: LedgerWatch[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((watch) => watch.close()));
});
afterAll(() => database.close());

const DEADLINE_MS = 10_000;
const isGranted = (purchase: Purchase): boolean => purchase.state === 'granted';

function openWatch(changes: Partial<LedgerWatchOptions> = {}): LedgerWatch {
  const watch = openLedgerWatch({ db: database.db, listenUrl: database.url, onError: () => undefined, ...changes });
  opened.push(watch);
  return watch;
}

/** From here on no watch polls: what wakes a waiter is an event, in this process or from another. */
function stopPolls(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
}

/** Waits until so many watches listen. */
function untilListening(count: number): Promise<string[]> {
  return pollUntil(
    async () => {
      const { rows } = await database.db.query<{ pid: string }>(
        `select pid::text from pg_stat_activity where datname = current_database() and application_name = 'dropless-watch' and query like 'listen%'`,
      );
      return rows.length === count && rows.map((row) => row.pid);
    },
    { deadlineMs: DEADLINE_MS },
  );
}

async function receiveOrder(): Promise<VerifiedPurchase> {
  const order = toVerified();
  await receive(database.db, order, toAccount());
  return order;
}

test('a change is seen at once by those who wait in the same process', async () => {
  stopPolls();
  const order = await receiveOrder();
  const watch = openWatch({ listenUrl: undefined });
  const waiting = watch.waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  await grant(database.db, order);
  watch.changed(order.purchaseOrderId);
  expect(await waiting).toMatchObject({ purchaseOrderId: order.purchaseOrderId, state: 'granted' });
});

test('a ledger that does not answer is not asked again until it has', async () => {
  stopPolls();
  let answer: (result: { rows: [] }) => void = () => undefined;
  const query = vi.fn(() => new Promise((resolve) => (answer = resolve)));
  const watch = openWatch({ listenUrl: undefined, db: { ...database.db, query: query as unknown as Database['query'] } });
  const waiting = watch.waitFor(toVerified().purchaseOrderId, isGranted, 1_500);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(query).toHaveBeenCalledTimes(2); // The waiter's own reading, and one poll.
  answer({ rows: [] });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(query).toHaveBeenCalledTimes(3);
  expect(await waiting).toBeUndefined();
});

test('a change in one process is told by NOTIFY to those who wait in another', async () => {
  stopPolls();
  const order = await receiveOrder();
  const [waiter, changer] = [openWatch(), openWatch()];
  await untilListening(2);
  const waiting = waiter.waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  await grant(database.db, order);
  changer.changed(order.purchaseOrderId);
  expect((await waiting)?.state).toBe('granted');
});

test('NOTIFY carries the order id and nothing else', async () => {
  const order = await receiveOrder();
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  const heard: (string | undefined)[] = [];
  listener.on('notification', ({ payload }) => heard.push(payload));
  await listener.query('listen dropless_purchases');
  const watch = openWatch();
  await untilListening(1);
  watch.changed(order.purchaseOrderId);
  await pollUntil(() => heard.length > 0, { deadlineMs: DEADLINE_MS });
  await listener.end();
  expect(heard).toEqual([order.purchaseOrderId]);
});

test('a listening connection that is killed is replaced, and what happened meanwhile is read again', async () => {
  stopPolls();
  const [missed, told] = [await receiveOrder(), await receiveOrder()];
  const errors: unknown[] = [];
  const waiter = openWatch({ onError: (error) => errors.push(error) });
  const [pid] = await untilListening(1);
  const waitingForMissed = waiter.waitFor(missed.purchaseOrderId, isGranted, DEADLINE_MS);
  const waitingForTold = waiter.waitFor(told.purchaseOrderId, isGranted, DEADLINE_MS);
  await database.db.query('select pg_terminate_backend($1::int, 5000)', [pid]);
  await grant(database.db, missed); // Nobody is told of it: only reading everything anew finds it.
  expect((await waitingForMissed)?.state).toBe('granted');
  expect(errors).not.toEqual([]);
  const changer = openWatch();
  await untilListening(2);
  await grant(database.db, told);
  changer.changed(told.purchaseOrderId);
  expect((await waitingForTold)?.state).toBe('granted');
});

test('with NOTIFY switched off a change in another process is found by the poll', async () => {
  const order = await receiveOrder();
  const waiting = openWatch({ listenUrl: undefined }).waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  await grant(database.db, order);
  expect((await waiting)?.state).toBe('granted');
});

test('a listening address that nobody answers leaves the poll to work', async () => {
  const order = await receiveOrder();
  const errors: unknown[] = [];
  const watch = openWatch({ listenUrl: 'postgres://nobody@127.0.0.1:1/none', onError: (error) => errors.push(error) });
  const waiting = watch.waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  await grant(database.db, order);
  watch.changed(order.purchaseOrderId);
  expect((await waiting)?.state).toBe('granted');
  await pollUntil(() => errors.length > 0, { deadlineMs: DEADLINE_MS });
});

test('what happened before somebody began to wait is seen by the first reading', async () => {
  stopPolls();
  const order = await receiveOrder();
  await grant(database.db, order);
  const found = await openWatch({ listenUrl: undefined }).waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  expect(found?.state).toBe('granted');
});

test('a hundred who wait for one order are asked for in one query, and all are woken', async () => {
  stopPolls();
  const order = await receiveOrder();
  let answered = 0;
  const counting: Database = {
    ...database.db,
    async query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) {
      const result = await database.db.query<Row>(text, values);
      answered += 1;
      return result;
    },
  };
  const watch = openWatch({ db: counting, listenUrl: undefined });
  const waiting = Array.from({ length: 100 }, () => watch.waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS));
  expect(watch.waiting).toBe(100);
  await pollUntil(() => answered === 100, { deadlineMs: DEADLINE_MS }); // Each reads once when it begins to wait.
  await grant(database.db, order);
  watch.changed(order.purchaseOrderId);
  for (const found of await Promise.all(waiting)) expect(found?.state).toBe('granted');
  expect(answered).toBe(101);
  expect(watch.waiting).toBe(0);
});

test('one whose time is up hears undefined and waits no longer', async () => {
  const order = await receiveOrder();
  const watch = openWatch();
  expect(await watch.waitFor(order.purchaseOrderId, isGranted, 20)).toBeUndefined();
  expect(watch.waiting).toBe(0);
});

test('a reading that fails is told and tried again by the next poll', async () => {
  const order = await receiveOrder();
  await grant(database.db, order);
  const errors: unknown[] = [];
  let failing = true;
  const flaky: Database = {
    ...database.db,
    query: (text, values) => {
      if (failing) return Promise.reject(new Error('forced by a test'));
      return database.db.query(text, values);
    },
  };
  const watch = openWatch({ db: flaky, listenUrl: undefined, onError: (error) => errors.push(error) });
  const waiting = watch.waitFor(order.purchaseOrderId, isGranted, DEADLINE_MS);
  await pollUntil(() => errors.length > 0, { deadlineMs: DEADLINE_MS });
  failing = false;
  expect((await waiting)?.state).toBe('granted');
});
