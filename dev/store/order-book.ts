import { createSubscriptionOrderId, type Order, type OrderRequest, type StoreEnvironment, toOrder } from './purchase-order.js';

/** Whose orders to list; what is left out is not asked for. */
export interface OrderFilter {
  readonly user: string;
  readonly applicationId?: string;
  readonly environment?: StoreEnvironment;
  readonly productType?: Order['productType'];
}

/** No order of the book has this id. */
export class OrderNotFoundError extends Error {
  override readonly name = 'OrderNotFoundError';
  readonly code = 'ORDER_NOT_FOUND';
}

/** The store charges again neither while an order of the subscription is undelivered (huawei-iap.md §1.2) nor after a revocation. */
export class RenewalRefusedError extends Error {
  override readonly name = 'RenewalRefusedError';
  readonly code = 'RENEWAL_REFUSED';
}

/** Where the book is kept between two lives of the store. */
export interface OrderFile {
  /** What an earlier life left, oldest first. */
  read(): readonly Order[];
  write(orders: readonly Order[]): void;
}

/** Nothing outlives the process. */
const NO_FILE: OrderFile = { read: () => [], write: () => undefined };

/** Every change is synchronous, the write of the file too, so that two devices of one user never decide on the same state. */
export function createOrderBook(clock: () => Date, file: OrderFile = NO_FILE) {
  const orders = new Map(file.read().map((order) => [order.purchaseOrderId, order]));

  function get(purchaseOrderId: string): Order {
    const order = orders.get(purchaseOrderId);
    if (order === undefined) throw new OrderNotFoundError(`no order ${purchaseOrderId}`);
    return order;
  }

  function write(order: Order): Order {
    orders.set(order.purchaseOrderId, order);
    file.write([...orders.values()]);
    return order;
  }

  const chargesOf = ({ subscription }: Order) =>
    [...orders.values()].filter((other) => subscription && other.subscription?.subscriptionId === subscription.subscriptionId);

  return {
    get,
    chargesOf,
    find: (purchaseOrderId: string) => orders.get(purchaseOrderId),
    list: (filter: OrderFilter) => [...orders.values()].filter((order) => matches(order, filter)),
    place: (request: OrderRequest) => write(toOrder(request, orders.size, clock())),
    complete(purchaseOrderId: string): void {
      const order = get(purchaseOrderId);
      write({ ...order, purchaseTimeMs: order.purchaseTimeMs ?? toPaymentTimeMs(clock()) });
    },
    finish(purchaseOrderId: string): void {
      write({ ...get(purchaseOrderId), finished: true });
    },
    revoke(purchaseOrderId: string, code: string): void {
      const order = get(purchaseOrderId);
      write({ ...order, revocation: order.revocation ?? { code, timeMs: clock().getTime() } });
    },
    renew: (purchaseOrderId: string) => write(toRenewal(chargesOf(get(purchaseOrderId)), orders.size, clock())),
  };
}

function matches(order: Order, { user, applicationId, environment, productType }: OrderFilter): boolean {
  if (order.user !== user) return false;
  if (applicationId !== undefined && order.applicationId !== applicationId) return false;
  if (environment !== undefined && order.environment !== environment) return false;
  return productType === undefined || order.productType === productType;
}

function toRenewal(charges: readonly Order[], sequence: number, at: Date): Order {
  const last = charges.at(-1);
  if (last === undefined) throw new RenewalRefusedError('not a subscription');
  if (last.revocation) throw new RenewalRefusedError('the subscription is revoked');
  if (charges.some(({ finished }) => !finished)) throw new RenewalRefusedError('an order of this subscription is undelivered');
  return {
    ...last,
    sequence,
    purchaseOrderId: createSubscriptionOrderId(at),
    purchaseTimeMs: toPaymentTimeMs(at),
    finished: false,
    revocation: undefined,
  };
}

/** Whole seconds, as in the real sample. */
function toPaymentTimeMs(at: Date): number {
  return Math.floor(at.getTime() / 1000) * 1000;
}
