/**
 * IAP Kit as far as the purchase kit uses it, written from Huawei's public reference (iap-iap, iap-data-model). It is for
 * checking without the HarmonyOS SDK, and no part of the HAR: a DevEco build takes the SDK's own.
 */
import type common from '@ohos.app.ability.common';

declare namespace iap {
  /** @since 4.0.0(10) */
  enum ProductType {
    CONSUMABLE = 0,
    NONCONSUMABLE = 1,
    /** @since 4.1.0(11) */
    AUTORENEWABLE = 2,
    /** @since 5.0.2(14) */
    NONRENEWABLE = 3,
  }

  /** @since 4.1.0(11) */
  enum PurchaseQueryType {
    ALL = 0,
    UNFINISHED = 1,
    CURRENT_ENTITLEMENT = 2,
  }

  /** What a rejected call's `code` says. @since 4.1.0(11) */
  enum IAPErrorCode {
    USER_CANCELED = 1001860000,
    SYSTEM_ERROR = 1001860001,
    APP_NOT_AUTHORIZED = 1001860002,
    INVALID_PRODUCT = 1001860003,
    FREQUENT_CALLS = 1001860004,
    NETWORK_ERROR = 1001860005,
    PRODUCT_TERRITORY_NOT_SUPPORTED = 1001860007,
    ACCOUNT_NOT_LOGGED_IN = 1001860050,
    PRODUCT_OWNED = 1001860051,
    PURCHASE_NOT_PAID = 1001860052,
    PURCHASE_FINISHED = 1001860053,
    ACCOUNT_TERRITORY_NOT_SUPPORTED = 1001860054,
    USER_NOT_ALLOWED = 1001860056,
    /** @since 5.0.0(12) */
    APP_NOT_DEBUG = 1001860057,
    /** @since 5.0.0(12) */
    ACCOUNT_NOT_TEST = 1001860058,
    /** @since 5.0.0(12) */
    INVALID_PROMOTIONAL_OFFER = 1001860059,
    /** @since 5.0.0(12) */
    INVALID_PURCHASE_SIGNATURE = 1001860060,
    /** @since 5.0.3(15) */
    PURCHASE_ALREADY_REFUNDED = 1001860061,
    /** @since 5.0.3(15) */
    REFUND_NOT_ALLOWED = 1001860062,
  }

  /** @since 4.0.0(10) */
  interface PurchaseParameter {
    productId: string;
    productType: ProductType;
    /** Up to 256 characters. */
    developerPayload?: string;
    /** 1 to 10, of consumables and non-renewing products. @since 5.0.3(15) */
    quantity?: number;
  }

  /** @since 4.1.0(11) */
  interface CreatePurchaseResult {
    /** The JSON text of a PurchaseData. */
    purchaseData: string;
  }

  /** @since 4.1.0(11) */
  interface QueryPurchasesParameter {
    productType: ProductType;
    /** UNFINISHED where it is not given. */
    queryType?: PurchaseQueryType;
    continuationToken?: string;
  }

  /** @since 4.1.0(11) */
  interface QueryPurchaseResult {
    /** Each the JSON text of a PurchaseData. */
    purchaseDataList: string[];
    continuationToken?: string;
  }

  /** @since 4.1.0(11) */
  interface FinishPurchaseParameter {
    productType: ProductType;
    purchaseToken: string;
    purchaseOrderId: string;
  }

  /** @since 4.0.0(10) */
  function queryEnvironmentStatus(context: common.UIAbilityContext): Promise<void>;
  /** @since 4.1.0(11) */
  function createPurchase(context: common.UIAbilityContext, parameter: PurchaseParameter): Promise<CreatePurchaseResult>;
  /** @since 4.1.0(11) */
  function queryPurchases(context: common.UIAbilityContext, parameter: QueryPurchasesParameter): Promise<QueryPurchaseResult>;
  /** @since 4.1.0(11) */
  function finishPurchase(context: common.UIAbilityContext, parameter: FinishPurchaseParameter): Promise<void>;
}

export { iap };
