import { describeError } from './describe-error';
import type { Delivery, Order, Outcome, Paid } from './delivery';
import { createJoin } from './join';
import type { Logger, PurchaseEvents } from './ports';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { StoreCalls } from './store-calls';
import { createTell } from './tell';
import { textOf } from './texts';

/** One order handed over, and what came of it. */
export interface HandedOver {
  readonly paid: Paid;
  readonly outcome: Outcome;
}

export interface HandOverDeps {
  readonly delivery: Delivery;
  readonly calls: StoreCalls;
  readonly events: PurchaseEvents;
  readonly logger: Logger;
}

export type HandOver = (session: Session, paid: Paid) => Promise<HandedOver>;

const FAILED_AGAIN_MS = 30_000;

/**
 * The way of one order, whichever way the device came to know it: deliver, and only after the word that it may be
 * finished, finish. The same order that is already on its way is joined, not handed over twice at once.
 */
export function createHandOver({ delivery, calls, events, logger }: HandOverDeps): HandOver {
  const tell = createTell(events, logger);
  const join = createJoin<HandedOver>();

  async function finish(session: Session, order: Order): Promise<void> {
    const { productType, purchaseToken, purchaseOrderId } = order;
    await delivery.beforeFinish(session.account, order);
    assertCurrent(session);
    await calls.finishPurchase(session, { productType, purchaseToken, purchaseOrderId });
    await delivery.afterFinish(session.account, order);
  }

  async function deliver(session: Session, paid: Paid): Promise<HandedOver> {
    const { order } = paid;
    const outcome = await delivery.deliver(session.account, paid);
    assertCurrent(session);
    tell(session.account, order, outcome);
    if (!outcome.mayFinish || order === undefined) return { paid, outcome };
    try {
      await finish(session, order);
      return { paid, outcome };
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      // Granted all the same; the store lists the order as unfinished until this works.
      logger.warn(`Order ${order.purchaseOrderId} is not finished yet: ${describeError(error)}`);
      return { paid, outcome: { ...outcome, retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  /** One order's failure is its own: the next one is handed over all the same. */
  async function deliverSafely(session: Session, paid: Paid): Promise<HandedOver> {
    try {
      return await deliver(session, paid);
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      logger.warn(`Order ${paid.order?.purchaseOrderId ?? '(unreadable)'} could not be handed over: ${describeError(error)}`);
      const code = 'PENDING';
      return { paid, outcome: { kind: 'pending', mayFinish: false, code, message: textOf(code), retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  return (session, paid) => {
    const name = paid.order?.purchaseOrderId ?? paid.purchaseData;
    return join(`${session.account} ${name}`, () => deliverSafely(session, paid));
  };
}
