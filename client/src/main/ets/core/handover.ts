import type { Delivery, Order, Outcome, Paid } from './delivery';
import type { Logger, PurchaseEvents } from './ports';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { StoreCalls } from './store-calls';
import { textOf } from './texts';

/** One order handed over, and what came of it. */
export interface HandedOver {
  readonly paid: Paid;
  readonly outcome: Outcome;
}

export interface HandoverDeps {
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
export function createHandOver({ delivery, calls, events, logger }: HandoverDeps): HandOver {
  const underWay = new Map<string, Promise<HandedOver>>();
  const told = new Set<string>();

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
    tell(session, order, outcome);
    if (!outcome.mayFinish || order === undefined) return { paid, outcome };
    try {
      await finish(session, order);
      return { paid, outcome };
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      // Granted all the same; the store lists the order as unfinished until this works.
      logger.warn(`Order ${order.purchaseOrderId} is not finished yet: ${describe(error as Error)}`);
      return { paid, outcome: { ...outcome, retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  function tell({ account }: Session, order: Order | undefined, { kind, code, message }: Outcome): void {
    const { purchaseOrderId, productId } = order ?? {};
    const about = { account, code, message, ...(purchaseOrderId !== undefined && { purchaseOrderId }), ...(productId !== undefined && { productId }) };
    if (kind === 'granted') {
      const fact = `${account} ${purchaseOrderId}`;
      if (purchaseOrderId !== undefined && productId !== undefined && !told.has(fact)) {
        told.add(fact);
        callApp(() => events.onGranted?.({ account, purchaseOrderId, productId }));
      }
    } else if (kind === 'pending' || kind === 'fresh-evidence') callApp(() => events.onPending?.(about));
    else callApp(() => events.onProblem?.(about));
  }

  /** An error of the app's own listener must not keep an order from being finished. */
  function callApp(call: () => void): void {
    try {
      call();
    } catch (error) {
      logger.warn(`A listener of the app failed: ${(error as Error).name}`);
    }
  }

  /** One order's failure is its own: the next one is handed over all the same. */
  async function deliverSafely(session: Session, paid: Paid): Promise<HandedOver> {
    try {
      return await deliver(session, paid);
    } catch (error) {
      if (error instanceof SessionEndedError) throw error;
      logger.warn(`Order ${paid.order?.purchaseOrderId ?? '(unreadable)'} could not be handed over: ${describe(error as Error)}`);
      const code = 'PENDING';
      return { paid, outcome: { kind: 'pending', mayFinish: false, code, message: textOf(code), retryAfterMs: FAILED_AGAIN_MS } };
    }
  }

  return (session, paid) => {
    const key = `${session.account} ${paid.order?.purchaseOrderId ?? paid.purchaseData}`;
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    const started = deliverSafely(session, paid).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}

/** Names and codes alone: a message may hold what must not stand in a log. */
function describe(error: Error): string {
  const { code } = error as Error & { readonly code?: number | string };
  return code === undefined ? error.name : `${error.name} ${code}`;
}
