/** Kinds of products, with Huawei's numbers (iap-iap). */
export const ProductType = { CONSUMABLE: 0, NONCONSUMABLE: 1, AUTORENEWABLE: 2, NONRENEWABLE: 3 } as const;
export type ProductType = (typeof ProductType)[keyof typeof ProductType];

/** What `queryPurchases` lists; `UNFINISHED` is the default. */
export const PurchaseQueryType = { ALL: 0, UNFINISHED: 1, CURRENT_ENTITLEMENT: 2 } as const;
export type PurchaseQueryType = (typeof PurchaseQueryType)[keyof typeof PurchaseQueryType];

/** Every code of the client's calls (iap-error-code), the platform's own two included. */
export const IAPErrorCode = {
  PARAMETER_ERROR: 401,
  DEVICE_UNSUPPORTED: 801,
  USER_CANCELED: 1001860000,
  SYSTEM_ERROR: 1001860001,
  APP_NOT_AUTHORIZED: 1001860002,
  INVALID_PRODUCT: 1001860003,
  FREQUENT_CALLS: 1001860004,
  NETWORK_ERROR: 1001860005,
  PRODUCT_TERRITORY_NOT_SUPPORTED: 1001860007,
  ACCOUNT_NOT_LOGGED_IN: 1001860050,
  PRODUCT_OWNED: 1001860051,
  PURCHASE_NOT_PAID: 1001860052,
  PURCHASE_FINISHED: 1001860053,
  ACCOUNT_TERRITORY_NOT_SUPPORTED: 1001860054,
  USER_NOT_ALLOWED: 1001860056,
  APP_NOT_DEBUG: 1001860057,
  ACCOUNT_NOT_TEST: 1001860058,
  INVALID_PROMOTIONAL_OFFER: 1001860059,
  INVALID_PURCHASE_SIGNATURE: 1001860060,
  PURCHASE_ALREADY_REFUNDED: 1001860061,
  REFUND_NOT_ALLOWED: 1001860062,
} as const;
export type IAPErrorCode = (typeof IAPErrorCode)[keyof typeof IAPErrorCode];

/** What the platform's calls throw: an Error with a number for its code. */
export class BusinessError extends Error {
  override readonly name = 'BusinessError';
  readonly code: IAPErrorCode;

  constructor(code: IAPErrorCode, message = nameOf(code)) {
    super(message);
    this.code = code;
  }
}

function nameOf(code: IAPErrorCode): string {
  return Object.entries(IAPErrorCode).find(([, value]) => value === code)?.[0] ?? 'UNKNOWN';
}

export interface PurchaseParameter {
  readonly productId: string;
  readonly productType: ProductType;
  readonly developerPayload?: string;
  readonly reservedInfo?: string;
  readonly promotionalOfferId?: string;
  readonly applicationUserName?: string;
  readonly jwsRepresentation?: string;
  readonly quantity?: number;
}

export interface CreatePurchaseResult {
  /** The JSON text of a `PurchaseData`. */
  readonly purchaseData: string;
}

export interface QueryPurchasesParameter {
  readonly productType: ProductType;
  readonly queryType?: PurchaseQueryType;
  readonly continuationToken?: string;
}

export interface QueryPurchaseResult {
  /** Each the JSON text of a `PurchaseData`. */
  readonly purchaseDataList: string[];
  readonly continuationToken?: string;
}

export interface FinishPurchaseParameter {
  /** A number, although the payload spells it as a string. */
  readonly productType: ProductType;
  readonly purchaseToken: string;
  readonly purchaseOrderId: string;
}

export interface QueryProductsParameter {
  readonly productType: ProductType;
  readonly productIds: readonly string[];
}

export interface Product {
  readonly id: string;
  readonly type: ProductType;
  readonly name: string;
  readonly description: string;
  readonly localPrice: string;
  readonly microPrice: number;
  /** Absent for auto-renewable products, as is the next. */
  readonly originalLocalPrice?: string;
  readonly originalMicroPrice?: number;
  readonly currency: string;
}

/** What the device gets of a purchase; the signed text is in one of the two fields, by type. */
export interface PurchaseData {
  readonly type: ProductType;
  readonly jwsPurchaseOrder?: string;
  readonly jwsSubscriptionStatus?: string;
}
