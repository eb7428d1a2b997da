import { describeError } from './describe-error';
import type { Delivery, Order, Outcome, Paid } from './delivery';
import { createJoin } from './join';
import type { Logger } from './ports';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { StoreCalls } from './store-calls';
import type { Tell } from './tell';
import { textOf } from './texts';

/** One order handed over, and what came of it. */
export interface HandedOver {
  readonly paid: Paid;
  readonly outcome: Outcome;
}

export interface HandOverDeps {
  readonly delivery: Delivery;
  readonly calls: StoreCalls;
  readonly tell: Tell;
  readonly logger: Logger;
}

export type HandOver = (paid: Paid) => Promise<HandedOver>;

const FAILED_AGAIN_MS = 30_000;

/**
 * The way of one order, whichever way the device came to know it: deliver, and only after the word that it may be
 * finished, finish. The same order that is already on its way in this session is joined, not handed over twice at once.
 */
export function createHandOver({ delivery, calls, tell, logger }: HandOverDeps, session: Session): HandOver {
  const join = createJoin<HandedOver>();

  async function finish(order: Order): Promise<void> {
    const { productType, purchaseToken, purchaseOrderId } = order;
    await delivery.beforeFinish(session.account, order);
    assertCurrent(session);
    await calls.finishPurchase(session, { productType, purchaseToken, purchaseOrderId });
    await delivery.afterFinish(session.account, order);
  }

  async function deliver(paid: Paid): Promise<HandedOver> {
    const { order } = paid;
    const outcome = await delivery.deliver(session.account, paid);
    assertCurrent(session);
    tell(session.account, order, outcome);
    if (!outcome.mayFinish || order === undefined) return { paid, outcome };
    try {
      await finish(order);
      return { paid, outcome };
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      // Granted all the same; the store lists the order as unfinished until this works.
      logger.warn(`Order ${order.purchaseOrderId} is not finished yet: ${describeError(error)}`);
      return { paid, outcome: { ...outcome, retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  /** One order's failure is its own: the next one is handed over all the same. */
  async function deliverSafely(paid: Paid): Promise<HandedOver> {
    try {
      return await deliver(paid);
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      logger.warn(`Order ${paid.order?.purchaseOrderId ?? '(unreadable)'} could not be handed over: ${describeError(error)}`);
      const code = 'PENDING';
      return { paid, outcome: { kind: 'pending', mayFinish: false, code, message: textOf(code), retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  return (paid) => join(paid.order?.purchaseOrderId ?? paid.purchaseData, () => deliverSafely(paid));
}
