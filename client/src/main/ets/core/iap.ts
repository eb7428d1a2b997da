/**
 * Huawei's IAP Kit as the kit calls it: its own names, numbers and shapes (iap-iap, iap-data-model), and no more of them
 * than are needed. The ArkTS adapter hands in `iap` of `@kit.IAPKit`; tests hand in a simulated store.
 */
export interface Iap {
  createPurchase(context: object, parameter: PurchaseParameter): Promise<CreatePurchaseResult>;
  queryPurchases(context: object, parameter: QueryPurchasesParameter): Promise<QueryPurchaseResult>;
  finishPurchase(context: object, parameter: FinishPurchaseParameter): Promise<void>;
  queryEnvironmentStatus(context: object): Promise<void>;
}

export const CONSUMABLE = 0;
export const NONCONSUMABLE = 1;
export const AUTORENEWABLE = 2;
/** @since API 14 */
export const NONRENEWABLE = 3;
export type ProductType = 0 | 1 | 2 | 3;

/** Paid and not confirmed as delivered. */
export const UNFINISHED = 1;
/** Owned now: non-consumables, and subscriptions that run. */
export const CURRENT_ENTITLEMENT = 2;
export type PurchaseQueryType = 0 | 1 | 2;

export interface PurchaseParameter {
  readonly productId: string;
  readonly productType: ProductType;
  /** Up to 256 characters, cut off silently beyond. */
  readonly developerPayload?: string;
  /** 1 to 10, of consumables and non-renewing products. @since API 15 */
  readonly quantity?: number;
}

export interface CreatePurchaseResult {
  /** The JSON text of a PurchaseData. */
  readonly purchaseData: string;
}

export interface QueryPurchasesParameter {
  readonly productType: ProductType;
  readonly queryType?: PurchaseQueryType;
  readonly continuationToken?: string;
}

export interface QueryPurchaseResult {
  /** Each the JSON text of a PurchaseData. */
  readonly purchaseDataList: string[];
  readonly continuationToken?: string;
}

export interface FinishPurchaseParameter {
  /** A number, although the payload spells it as a string. */
  readonly productType: ProductType;
  readonly purchaseToken: string;
  readonly purchaseOrderId: string;
}
