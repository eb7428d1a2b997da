import type { StoreQuery } from './delivery';
import { findIapError, toIapErrorCode } from './error-codes';
import type { FinishPurchaseParameter, Iap, PurchaseParameter, QueryPurchasesParameter } from './iap';
import { createPace } from './pace';
import type { Clock, Logger } from './ports';
import type { Session } from './session';
import { withTimeLimit } from './time-limit';

/**
 * The store, asked no oftener than it lets itself be asked: about 5 s between calls of a kind (iap-error-code), a kind
 * being call, product type and query type, and for finishes the order.
 */
export interface StoreCalls {
  /** Whether the store can be used at all; for nobody in particular. */
  queryEnvironmentStatus(): Promise<void>;
  /** Answers with the purchaseData. Called once for each call: the store's dialogue is never opened again by itself. */
  createPurchase(session: Session, parameter: PurchaseParameter): Promise<string>;
  /** Every page of a query. */
  queryPurchases(session: Session, query: StoreQuery): Promise<readonly string[]>;
  /** Resolves as well when the store has taken this finish before. */
  finishPurchase(session: Session, parameter: FinishPurchaseParameter): Promise<void>;
}

const TIME_LIMIT_MS = 30_000;
const ANYBODY: Session = { account: '', ended: false, bought: [] };

export function createStoreCalls(iap: Iap, context: object, clock: Clock, logger: Logger): StoreCalls {
  const pace = createPace(clock, logger);
  const inTime = <Answer>(call: () => Promise<Answer>): Promise<Answer> => withTimeLimit(clock, TIME_LIMIT_MS, call);
  return {
    queryEnvironmentStatus: () => pace.inTurn(ANYBODY, 'queryEnvironmentStatus', () => inTime(() => iap.queryEnvironmentStatus(context))),
    async createPurchase(session, parameter) {
      // No time limit: the player is reading, or looking for a password.
      const kind = `createPurchase ${parameter.productType}`;
      const { purchaseData } = await pace.inTurn(session, kind, () => iap.createPurchase(context, parameter));
      return purchaseData;
    },
    async queryPurchases(session, query) {
      const kind = `queryPurchases ${query.productType} ${query.queryType}`;
      const found: string[] = [];
      const ask = (parameter: QueryPurchasesParameter) => inTime(() => iap.queryPurchases(context, parameter));
      let page = await pace.inTurn(session, kind, () => ask(query));
      for (;;) {
        found.push(...page.purchaseDataList);
        const { continuationToken } = page;
        if (continuationToken === undefined || continuationToken === '') return found;
        page = await pace.atOnce(session, kind, () => ask({ ...query, continuationToken }));
      }
    },
    async finishPurchase(session, parameter) {
      const kind = `finishPurchase ${parameter.purchaseOrderId}`;
      try {
        await pace.inTurn(session, kind, () => inTime(() => iap.finishPurchase(context, parameter)));
      } catch (error) {
        if (findIapError(toIapErrorCode(error as Error)).next !== 'done') throw error;
      }
    },
  };
}
