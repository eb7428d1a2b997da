import type { Order, Paid } from './delivery';
import { AUTORENEWABLE, type ProductType } from './iap';
import { decodeBase64Url } from './verifier/base64';
import { decodeUtf8 } from './verifier/utf8';

/** What the device reads of a purchase to finish it, before or without judging it. */
export function toPaid(purchaseData: string): Paid {
  return { purchaseData, order: readOrder(purchaseData) };
}

interface PurchaseData {
  readonly jwsPurchaseOrder?: string;
}

interface Payload {
  readonly purchaseOrderId?: string;
  readonly purchaseToken?: string;
  readonly productId?: string;
  /** A string, where finishPurchase wants a number. */
  readonly productType?: string | number;
  readonly developerPayload?: string;
  readonly finishStatus?: string;
}

/** The signed text; empty where there is none, or where it is not of a one-time purchase. */
export function readJws(purchaseData: string): string {
  try {
    return (JSON.parse(purchaseData) as PurchaseData).jwsPurchaseOrder ?? '';
  } catch {
    return '';
  }
}

/** Undefined: a subscription, or a text that this version cannot read; the server gets it all the same. */
function readOrder(purchaseData: string): Order | undefined {
  try {
    const [, body = ''] = readJws(purchaseData).split('.');
    const payload = JSON.parse(decodeUtf8(decodeBase64Url(body))) as Payload;
    const { purchaseOrderId = '', purchaseToken = '', productId = '', developerPayload = '', finishStatus = '' } = payload;
    const productType = Number(payload.productType ?? -1);
    if (purchaseOrderId === '' || purchaseToken === '' || !isFinishable(productType)) return undefined;
    return { purchaseOrderId, purchaseToken, productId, productType, developerPayload, finishStatus };
  } catch {
    return undefined;
  }
}

/** Never a subscription: what confirms its delivery is not this kit's to say. */
function isFinishable(productType: number): productType is ProductType {
  return productType >= 0 && productType <= 3 && productType !== AUTORENEWABLE;
}
