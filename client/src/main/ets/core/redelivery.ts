import type { Delivery, Paid, StoreQuery } from './delivery';
import type { HandedOver, HandOver } from './handover';
import type { ProductType } from './iap';
import type { Clock, Logger } from './ports';
import { toPaid } from './purchase-data';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { StoreCalls } from './store-calls';

/** What one look at the store's lists brought. */
export interface Found {
  readonly handedOver: readonly HandedOver[];
  /** False: a list could not be read to its end; what it holds is looked for again. */
  readonly complete: boolean;
}

export interface Redelivery {
  /** Looks once more, after the look that is under way if there is one; `first` is the type to ask for first. */
  run(first?: ProductType): Promise<Found>;
  /** Looks again after each of these times. */
  lookAgainAfter(delaysMs: readonly number[]): void;
  end(): void;
}

export interface RedeliveryDeps {
  readonly delivery: Delivery;
  readonly calls: StoreCalls;
  readonly handOver: HandOver;
  readonly productTypes: readonly ProductType[];
  readonly clock: Clock;
  readonly logger: Logger;
}

const FIRST_DELAY_MS = 5_000;
const FAILED_QUERY_AGAIN_MS = 30_000;
const LONGEST_DELAY_MS = 600_000;

/** Finds what was paid and not delivered, for one session, and hands each over; asks again while something is left. */
export function createRedelivery(deps: RedeliveryDeps, session: Session): Redelivery {
  const { delivery, calls, handOver, productTypes, clock, logger } = deps;
  const timers = new Set<() => void>();
  let current: Promise<Found> | undefined;
  let next: Promise<Found> | undefined;
  let nextFirst: ProductType | undefined;
  let rounds = 0;
  let cancelRound = () => {};

  async function look(first: ProductType | undefined): Promise<Found> {
    cancelRound();
    const handedOver: HandedOver[] = [];
    let complete = true;
    for (const query of firstThings(delivery.queries(productTypes), first)) {
      try {
        handedOver.push(...(await readAndHandOver(query)));
      } catch (error) {
        if (error instanceof SessionEndedError) throw error;
        // One type's failure does not keep the others.
        logger.warn(`Purchases of type ${query.productType} could not be listed: ${(error as Error).name}`);
        complete = false;
      }
    }
    const settleMs = await settle();
    assertCurrent(session);
    planRound(handedOver, complete ? settleMs : Math.min(settleMs ?? FAILED_QUERY_AGAIN_MS, FAILED_QUERY_AGAIN_MS));
    return { handedOver, complete };
  }

  async function settle(): Promise<number | undefined> {
    try {
      return await delivery.settle(session.account);
    } catch (error) {
      logger.warn(`What is left over could not be settled: ${(error as Error).name}`);
      return FAILED_QUERY_AGAIN_MS;
    }
  }

  async function readAndHandOver(query: StoreQuery): Promise<readonly HandedOver[]> {
    let listed = await list(query);
    let handedOver = await handOverAll(listed);
    if (handedOver.some(wantsFreshCopy)) {
      // The store signs anew at each question.
      listed = await list(query);
      const stale = new Set(handedOver.filter(wantsFreshCopy).map(({ paid }) => paid.order?.purchaseOrderId));
      const again = await handOverAll(listed.filter(({ order }) => stale.has(order?.purchaseOrderId)));
      handedOver = [...handedOver.filter((each) => !wantsFreshCopy(each)), ...again];
    }
    await delivery.afterQuery(session.account, query, listed);
    return handedOver;
  }

  async function list(query: StoreQuery): Promise<readonly Paid[]> {
    const listed = await calls.queryPurchases(session, query);
    assertCurrent(session);
    return listed.map(toPaid);
  }

  async function handOverAll(listed: readonly Paid[]): Promise<readonly HandedOver[]> {
    const handedOver: HandedOver[] = [];
    for (const paid of listed) handedOver.push(await handOver(session, paid));
    return handedOver;
  }

  /** What is not done yet is asked after again, at growing distances; a trigger of the app starts the count anew. */
  function planRound(handedOver: readonly HandedOver[], otherMs: number | undefined): void {
    const waits = handedOver.map(({ outcome }) => (wantsFreshCopy({ outcome }) ? FAILED_QUERY_AGAIN_MS : outcome.retryAfterMs));
    const due = [...waits, otherMs ?? 0].filter((ms) => ms > 0);
    if (due.length === 0) return;
    const backOffMs = Math.min(FIRST_DELAY_MS * 2 ** rounds++, LONGEST_DELAY_MS);
    cancelRound = clock.schedule(Math.max(backOffMs, Math.min(...due)), () => void start(undefined).catch(logEnd));
  }

  function logEnd(error: Error): void {
    logger.info(`The search for undelivered purchases ended: ${error.name}`);
  }

  function start(first: ProductType | undefined): Promise<Found> {
    if (session.ended) return Promise.reject(new SessionEndedError('Nobody is signed in any more.'));
    if (current === undefined) {
      current = look(first).finally(() => {
        current = undefined;
      });
      return current;
    }
    // What is under way may have asked already; those who come meanwhile share one more look.
    nextFirst = first ?? nextFirst;
    next ??= current.catch(() => undefined).then(startNext);
    return next;
  }

  function startNext(): Promise<Found> {
    const first = nextFirst;
    next = undefined;
    nextFirst = undefined;
    return start(first);
  }

  return {
    run(first) {
      rounds = 0;
      return start(first);
    },
    lookAgainAfter(delaysMs) {
      for (const delayMs of delaysMs) {
        const cancel = clock.schedule(delayMs, () => {
          timers.delete(cancel);
          start(undefined).catch(logEnd);
        });
        timers.add(cancel);
      }
    },
    end() {
      cancelRound();
      for (const cancel of timers) cancel();
    },
  };
}

function wantsFreshCopy({ outcome }: Pick<HandedOver, 'outcome'>): boolean {
  return outcome.kind === 'fresh-evidence';
}

function firstThings(queries: readonly StoreQuery[], first: ProductType | undefined): readonly StoreQuery[] {
  return [...queries.filter(({ productType }) => productType === first), ...queries.filter(({ productType }) => productType !== first)];
}
