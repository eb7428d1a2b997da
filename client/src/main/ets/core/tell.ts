import { describeError } from './describe-error';
import type { Order, Outcome } from './delivery';
import type { Delivered, Logger, PurchaseEvents, Undelivered } from './ports';

/** Tells the app what came of an order. */
export type Tell = (account: string, order: Order | undefined, outcome: Outcome) => void;

export function createTell(events: PurchaseEvents, logger: Logger): Tell {
  const granted = new Set<string>();

  /** An error of the app's own listener must not keep an order from being finished. */
  async function call(listener: () => unknown): Promise<void> {
    try {
      await listener();
    } catch (error) {
      logger.warn(`A listener of the app failed: ${describeError(error)}`);
    }
  }

  return (account, order, outcome) => {
    const { kind } = outcome;
    if (kind !== 'granted') {
      const undelivered = toUndelivered(account, order, outcome);
      const isPending = kind === 'pending' || kind === 'fresh-evidence';
      void call(() => (isPending ? events.onPending?.(undelivered) : events.onProblem?.(undelivered)));
    } else if (order !== undefined && !granted.has(`${account} ${order.purchaseOrderId}`)) {
      granted.add(`${account} ${order.purchaseOrderId}`);
      void call(() => events.onGranted?.(toDelivered(account, order)));
    }
  };
}

export function toDelivered(account: string, { purchaseOrderId, productId }: Order): Delivered {
  return { account, purchaseOrderId, productId };
}

export function toUndelivered(account: string, order: Order | undefined, { code, message }: Outcome): Undelivered {
  if (order === undefined) return { account, code, message };
  return { account, code, message, purchaseOrderId: order.purchaseOrderId, productId: order.productId };
}
