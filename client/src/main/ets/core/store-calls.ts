import { findIapError, toIapErrorCode } from './error-codes';
import type { FinishPurchaseParameter, Iap, PurchaseParameter, QueryPurchasesParameter } from './iap';
import type { StoreQuery } from './delivery';
import type { Clock, Logger } from './ports';
import { assertCurrent, type Session } from './session';
import { sleep } from './sleep';

/**
 * The store, asked no oftener than it lets itself be asked (about 5 s between calls of a kind; iap-error-code), and only
 * while the session lasts that wants the answer.
 */
export interface StoreCalls {
  /** Answers with the purchaseData. Called once for each call: the store's dialogue is never opened again by itself. */
  createPurchase(session: Session, parameter: PurchaseParameter): Promise<string>;
  /** Every page of a query. */
  queryPurchases(session: Session, query: StoreQuery): Promise<readonly string[]>;
  /** Resolves as well when the store has taken this finish before. */
  finishPurchase(session: Session, parameter: FinishPurchaseParameter): Promise<void>;
}

const GAP_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;
const CALL_TIME_LIMIT_MS = 30_000;

export function createStoreCalls(iap: Iap, context: object, clock: Clock, logger: Logger): StoreCalls {
  /** When a kind of call may be made next: call, product type and query type; a finish for each order. */
  const freeAt = new Map<string, number>();

  async function takeTurn(kind: string): Promise<void> {
    const now = clock.now();
    const at = Math.max(now, freeAt.get(kind) ?? now);
    for (const [other, free] of freeAt) if (free <= now) freeAt.delete(other);
    freeAt.set(kind, at + GAP_MS);
    if (at > now) await sleep(clock, at - now);
  }

  /** The player never hears that the store was asked too often: it is asked again, later. */
  async function untilAnswered<Answer>(session: Session, kind: string, call: () => Promise<Answer>): Promise<Answer> {
    for (let waitMs = GAP_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      assertCurrent(session);
      try {
        return await call();
      } catch (error) {
        if (nextAfter(error as Error) !== 'wait') throw error;
        logger.info(`${kind}: asked too often, again in ${waitMs} ms`);
        freeAt.set(kind, clock.now() + waitMs);
        await takeTurn(kind);
      }
    }
  }

  async function paced<Answer>(session: Session, kind: string, call: () => Promise<Answer>): Promise<Answer> {
    await takeTurn(kind);
    return untilAnswered(session, kind, call);
  }

  return {
    async createPurchase(session, parameter) {
      // No time limit: the player is reading, or looking for a password.
      const kind = `createPurchase ${parameter.productType}`;
      const { purchaseData } = await paced(session, kind, () => iap.createPurchase(context, parameter));
      return purchaseData;
    },
    async queryPurchases(session, query) {
      const kind = `queryPurchases ${query.productType} ${query.queryType}`;
      const found: string[] = [];
      const ask = (parameter: QueryPurchasesParameter) => withTimeLimit(clock, () => iap.queryPurchases(context, parameter));
      // Only the first page waits for its turn: the others belong to the same question.
      let page = await paced(session, kind, () => ask(query));
      for (;;) {
        found.push(...page.purchaseDataList);
        const { continuationToken } = page;
        if (continuationToken === undefined || continuationToken === '') return found;
        page = await untilAnswered(session, kind, () => ask({ ...query, continuationToken }));
      }
    },
    async finishPurchase(session, parameter) {
      const kind = `finishPurchase ${parameter.purchaseOrderId}`;
      try {
        await paced(session, kind, () => withTimeLimit(clock, () => iap.finishPurchase(context, parameter)));
      } catch (error) {
        if (nextAfter(error as Error) !== 'done') throw error;
      }
    },
  };
}

function nextAfter(error: Error): string {
  return findIapError(toIapErrorCode(error)).next;
}

/** A call that the store never answers must not keep everything after it; whether it took effect is not known. */
class StoreSilentError extends Error {
  override readonly name = 'StoreSilentError';
}

function withTimeLimit<Answer>(clock: Clock, call: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(CALL_TIME_LIMIT_MS, () => reject(new StoreSilentError('The store does not answer.')));
    call().then(resolve, reject).finally(cancel);
  });
}
