import type { PurchaseData } from './iap-types.js';
import { createOrderBook, type OrderFile, type OrderFilter } from './order-book.js';
import type { StorePki } from './pki.js';
import { type Order, type OrderRequest, toPurchaseOrderPayload } from './purchase-order.js';
import { toSubGroupStatusPayload } from './subscription-status.js';

export interface StoreOptions {
  readonly pki: StorePki;
  readonly clock: () => Date;
  /** Stands in subscription documents alone. */
  readonly packageName?: string;
  /** Where the orders are kept; in memory when left out. */
  readonly orderFile?: OrderFile;
}

/** What the buyer's device learns of a new order. */
export interface PlacedOrder {
  readonly purchaseOrderId: string;
  readonly purchaseToken: string;
  /** The JSON text of a `PurchaseData`, as the device gets it. */
  readonly purchaseData: string;
}

/** The store's own side: the order book, and the signature under what is said of it. */
export interface Store {
  /** The store's time. */
  readonly clock: () => Date;
  /** Writes an order that is paid at once, with no regard to what the user owns already: that rule is the device's. */
  pay(request: OrderRequest): Promise<PlacedOrder>;
  /** Writes an order that is not paid: its document has no `purchaseTime`. */
  place(request: OrderRequest): Order;
  /** The payment of a placed order; a second one changes nothing. */
  complete(purchaseOrderId: string): void;
  /** A new charge of a subscription: a new order id, the same token. */
  renew(purchaseOrderId: string): Promise<PlacedOrder>;
  /** Signed anew at each call. */
  purchaseData(purchaseOrderId: string): Promise<string>;
  findOrder(purchaseOrderId: string): Order | undefined;
  /** Oldest first. */
  listOrders(filter: OrderFilter): readonly Order[];
  /** '0' other, '1' refund because of a problem; the first revocation stays. */
  revoke(purchaseOrderId: string, code: string): void;
  /** Marks it delivered; a second time changes nothing. */
  finish(purchaseOrderId: string): void;
}

/** An order book that signs with this chain and lives by this clock. */
export function createStore({ pki, clock, packageName = 'com.example.game', orderFile }: StoreOptions): Store {
  const book = createOrderBook(clock, orderFile);

  async function purchaseData(purchaseOrderId: string): Promise<string> {
    const order = book.get(purchaseOrderId);
    const signedAt = clock();
    const data: PurchaseData = order.subscription
      ? {
          type: order.productType,
          jwsSubscriptionStatus: await pki.sign(toSubGroupStatusPayload(book.chargesOf(order), packageName, signedAt)),
        }
      : { type: order.productType, jwsPurchaseOrder: await pki.sign(toPurchaseOrderPayload(order, signedAt)) };
    return JSON.stringify(data);
  }

  async function toPlacedOrder({ purchaseOrderId, purchaseToken }: Order): Promise<PlacedOrder> {
    return { purchaseOrderId, purchaseToken, purchaseData: await purchaseData(purchaseOrderId) };
  }

  return {
    clock,
    place: book.place,
    complete: book.complete,
    purchaseData,
    findOrder: book.find,
    listOrders: book.list,
    pay(request) {
      const order = book.place(request);
      book.complete(order.purchaseOrderId);
      return toPlacedOrder(order);
    },
    renew: async (purchaseOrderId) => toPlacedOrder(book.renew(purchaseOrderId)),
    revoke: book.revoke,
    finish: book.finish,
  };
}
