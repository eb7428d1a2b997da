import type { ProductType, PurchaseQueryType } from './iap';
import type { Intent, ProductSetting, Text } from './ports';

/** What the device can read of an order without judging it. */
export interface Order {
  readonly purchaseOrderId: string;
  readonly purchaseToken: string;
  readonly productId: string;
  readonly productType: ProductType;
  readonly developerPayload: string;
  /** Huawei's finishStatus: '1' delivered, '2' not. */
  readonly finishStatus: string;
}

/** One entry of the store's list, or the result of createPurchase. */
export interface Paid {
  readonly purchaseData: string;
  /** Undefined: a subscription's document, or one that the device cannot read; the server may. */
  readonly order: Order | undefined;
}

export interface StoreQuery {
  readonly productType: ProductType;
  readonly queryType: PurchaseQueryType;
}

export interface Outcome {
  readonly kind: 'granted' | 'pending' | 'owned-elsewhere' | 'fresh-evidence' | 'failed';
  /** Only then may the kit call finishPurchase. */
  readonly mayFinish: boolean;
  /** Why it is not granted. */
  readonly code: string;
  readonly message: Text;
  readonly retryAfterMs: number;
}

/** Why a purchase must not be begun. */
export interface Refusal {
  readonly code: string;
  readonly message: Text;
}

/**
 * One of the two flows of Huawei's guide: to a server, or to the device itself. The kit around it looks for orders,
 * hands each over, finishes what may be finished, and asks again.
 */
export interface Delivery {
  /** What to ask the store for, for these product types. */
  queries(productTypes: readonly ProductType[]): readonly StoreQuery[];
  announce(account: string, product: ProductSetting, quantity: number): Promise<Intent | Refusal>;
  /** Never throws for what a network or an order can cause. */
  deliver(account: string, paid: Paid): Promise<Outcome>;
  /** Resolves once it would survive a kill that this order is about to be finished. */
  beforeFinish(account: string, order: Order): Promise<void>;
  /** The store has taken the finish. */
  afterFinish(account: string, order: Order): Promise<void>;
  /** A query was read to its last page and each entry handed over; with what was bought since it began. */
  afterQuery(account: string, query: StoreQuery, paid: readonly Paid[]): Promise<void>;
  /** Anything left to be repeated, whatever the store lists. Milliseconds until it is worth asking again; undefined: nothing. */
  settle(account: string): Promise<number | undefined>;
}
