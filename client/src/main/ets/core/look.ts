import { describeError } from './describe-error';
import type { Delivery, Paid, StoreQuery } from './delivery';
import type { HandedOver, HandOver } from './handover';
import type { ProductType } from './iap';
import type { Logger } from './ports';
import { toPaid } from './purchase-data';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { Listed, StoreCalls } from './store-calls';

/** What one look at the store's lists brought. */
export interface Found {
  readonly handedOver: readonly HandedOver[];
  /** False: a list could not be read to its end; what it holds is looked for again. */
  readonly complete: boolean;
  /** Milliseconds after which something is worth asking again; 0: nothing is left. */
  readonly againMs: number;
}

export interface LookDeps {
  readonly delivery: Delivery;
  readonly calls: StoreCalls;
  readonly handOver: HandOver;
  readonly productTypes: readonly ProductType[];
  readonly logger: Logger;
}

const FAILED_AGAIN_MS = 30_000;

/** Asks the store for what is paid and not delivered, and hands each order over; the type `first` before the others. */
export async function look(deps: LookDeps, session: Session, first: ProductType | undefined): Promise<Found> {
  const { delivery, productTypes, logger } = deps;
  const handedOver: HandedOver[] = [];
  let complete = true;
  for (const query of firstThings(delivery.queries(productTypes), first)) {
    try {
      await readAndHandOver(deps, session, query, handedOver);
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      // One type's failure does not keep the others.
      logger.warn(`Purchases of type ${query.productType} could not be listed: ${describeError(error)}`);
      complete = false;
    }
  }
  const waits = handedOver.map((each) => (wantsFreshCopy(each) ? FAILED_AGAIN_MS : each.outcome.retryAfterMs));
  waits.push(complete ? 0 : FAILED_AGAIN_MS, await settle(deps, session));
  assertCurrent(session);
  const due = waits.filter((ms) => ms > 0);
  return { handedOver, complete, againMs: due.length === 0 ? 0 : Math.min(...due) };
}

async function readAndHandOver(deps: LookDeps, session: Session, query: StoreQuery, handedOver: HandedOver[]): Promise<void> {
  const boughtBefore = session.bought.length;
  let listed = await list(deps, session, query);
  let found = await handOverAll(deps, listed.paid);
  if (found.some(wantsFreshCopy)) {
    // The store signs anew at each question.
    listed = await list(deps, session, query);
    const stale = new Set(found.filter(wantsFreshCopy).map(({ paid }) => paid.order?.purchaseOrderId));
    const fresh = listed.paid.filter(({ order }) => stale.has(order?.purchaseOrderId));
    found = [...found.filter((each) => !wantsFreshCopy(each)), ...(await handOverAll(deps, fresh))];
  }
  handedOver.push(...found);
  if (listed.failure !== undefined) throw listed.failure;
  // What was bought meanwhile is no less there for not being listed.
  await deps.delivery.afterQuery(session.account, query, [...listed.paid, ...session.bought.slice(boughtBefore)]);
}

async function list(
  { calls }: LookDeps,
  session: Session,
  query: StoreQuery,
): Promise<Pick<Listed, 'failure'> & { paid: readonly Paid[] }> {
  const { entries, failure } = await calls.queryPurchases(session, query);
  assertCurrent(session);
  return { paid: entries.map(toPaid), failure };
}

async function handOverAll({ handOver }: LookDeps, listed: readonly Paid[]): Promise<HandedOver[]> {
  const handedOver: HandedOver[] = [];
  for (const paid of listed) handedOver.push(await handOver(paid));
  return handedOver;
}

async function settle({ delivery, logger }: LookDeps, session: Session): Promise<number> {
  try {
    return (await delivery.settle(session.account)) ?? 0;
  } catch (error) {
    logger.warn(`What is left over could not be settled: ${describeError(error)}`);
    return FAILED_AGAIN_MS;
  }
}

function wantsFreshCopy({ outcome }: HandedOver): boolean {
  return outcome.kind === 'fresh-evidence';
}

function firstThings(queries: readonly StoreQuery[], first: ProductType | undefined): readonly StoreQuery[] {
  const isFirst = ({ productType }: StoreQuery) => productType === first;
  return [...queries.filter(isFirst), ...queries.filter((query) => !isFirst(query))];
}
