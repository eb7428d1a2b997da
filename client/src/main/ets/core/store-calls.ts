import type { StoreQuery } from './delivery';
import { findIapError, toIapErrorCode } from './error-codes';
import type { FinishPurchaseParameter, Iap, PurchaseParameter, QueryPurchasesParameter } from './iap';
import { createPace } from './pace';
import type { Clock, Logger } from './ports';
import { SessionEndedError, type Session } from './session';
import { withTimeLimit } from './time-limit';

export interface Listed {
  readonly entries: readonly string[];
  /** Why the list was not read to its end. */
  readonly failure: Error | undefined;
}

/**
 * The store, asked no oftener than it lets itself be asked: about 5 s between calls of a kind (iap-error-code), a kind
 * being call, product type and query type, and for finishes the order.
 */
export interface StoreCalls {
  /** Whether the store can be used at all; for nobody in particular. */
  queryEnvironmentStatus(): Promise<void>;
  /** Answers with the purchaseData. The store's dialogue is opened once, and not after `until`. */
  createPurchase(session: Session, parameter: PurchaseParameter, until: number): Promise<string>;
  /** Every page of a query, or those that could be read. */
  queryPurchases(session: Session, query: StoreQuery): Promise<Listed>;
  /** Resolves as well when the store has taken this finish before. */
  finishPurchase(session: Session, parameter: FinishPurchaseParameter): Promise<void>;
}

const TIME_LIMIT_MS = 30_000;
/** A player reads, or looks for a password; an hour later nobody does. */
const PAYMENT_LIMIT_MS = 900_000;
/** No list is so long; one that goes on has no end. */
const PAGES_MAX = 1_000;
const ANYBODY: Session = { account: '', ended: false, bought: [] };

export function createStoreCalls(iap: Iap, context: object, clock: Clock, logger: Logger): StoreCalls {
  const pace = createPace(clock, logger);
  const inTime = <Answer>(call: () => Promise<Answer>): Promise<Answer> => withTimeLimit(clock, TIME_LIMIT_MS, call);
  return {
    queryEnvironmentStatus: () => pace.inTurn(ANYBODY, 'queryEnvironmentStatus', () => inTime(() => iap.queryEnvironmentStatus(context))),
    async createPurchase(session, parameter, until) {
      const kind = `createPurchase ${parameter.productType}`;
      const { purchaseData } = await pace.inTurn(
        session,
        kind,
        () => withTimeLimit(clock, PAYMENT_LIMIT_MS, () => iap.createPurchase(context, parameter)),
        until,
      );
      return purchaseData;
    },
    async queryPurchases(session, query) {
      const kind = `queryPurchases ${query.productType} ${query.queryType}`;
      const entries: string[] = [];
      const ask = (parameter: QueryPurchasesParameter) => inTime(() => iap.queryPurchases(context, parameter));
      try {
        let page = await pace.inTurn(session, kind, () => ask(query));
        for (let number = 1; number <= PAGES_MAX; number++) {
          entries.push(...page.purchaseDataList);
          const { continuationToken } = page;
          if (continuationToken === undefined || continuationToken === '') return { entries, failure: undefined };
          page = await pace.atOnce(session, kind, () => ask({ ...query, continuationToken }));
        }
        throw new RangeError('The list has no end.');
      } catch (error) {
        if (error instanceof SessionEndedError) throw error;
        return { entries, failure: (error ?? new Error('The store gave no reason.')) as Error };
      }
    },
    async finishPurchase(session, parameter) {
      const kind = `finishPurchase ${parameter.purchaseOrderId}`;
      try {
        await pace.inTurn(session, kind, () => inTime(() => iap.finishPurchase(context, parameter)));
      } catch (error) {
        if (findIapError(toIapErrorCode(error)).next !== 'done') throw error;
      }
    },
  };
}
