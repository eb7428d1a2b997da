import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Stack } from '../stack/stack.js';
import { createDeviceIap, type DeviceIap } from '../store/device-iap.js';
import { ProductType } from '../store/iap-types.js';

export const APPLICATION_ID = '5765880207854350001';
export const PRODUCTS = [
  { productId: 'gold60', productType: ProductType.CONSUMABLE, price: 600 },
  { productId: 'noads', productType: ProductType.NONCONSUMABLE, price: 1_800 },
];

export interface ApiAnswer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly state?: string; readonly mayFinish?: boolean; readonly developerPayload?: string };
}

/** A player with a device of its own, and the game server that speaks for it. */
export interface Player {
  readonly account: string;
  readonly iap: DeviceIap;
  /** Announces the purchase, pays on the device, and answers with what the device got. */
  buy(productId: string): Promise<Bought>;
  submit(purchaseData: string, url?: string): Promise<ApiAnswer>;
  /** finishPurchase on the device, then the acknowledgement. */
  finish(order: Bought): Promise<ApiAnswer>;
  acknowledge(purchaseOrderId: string): Promise<ApiAnswer>;
}

export interface Bought {
  readonly purchaseOrderId: string;
  readonly purchaseToken: string;
  readonly productType: ProductType;
  readonly purchaseData: string;
}

/** `tell` gets a line for each order that is paid. */
export function createPlayer({ store, server, apiKey }: Stack, tell: (line: string) => void): Player {
  const account = `player-${randomBytes(3).toString('hex')}`;
  const iap = createDeviceIap({ store, user: account, applicationId: APPLICATION_ID, products: PRODUCTS });
  const post = async (path: string, body: object, url = server.url): Promise<ApiAnswer> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as ApiAnswer['body'] };
  };
  const acknowledge = (purchaseOrderId: string) =>
    post(`/v1/purchases/${encodeURIComponent(purchaseOrderId)}/acknowledgement`, { account });
  return {
    account,
    iap,
    acknowledge,
    async buy(productId) {
      const { productType = ProductType.CONSUMABLE } = PRODUCTS.find((each) => each.productId === productId) ?? {};
      const intent = await post('/v1/purchase-intents', { account, applicationId: APPLICATION_ID, productId });
      const { developerPayload = '' } = intent.body;
      const { purchaseData } = await iap.createPurchase({}, { productId, productType, developerPayload });
      const bought = toBought(purchaseData);
      tell(`Order ${bought.purchaseOrderId}, paid by ${account}`);
      return bought;
    },
    submit: (purchaseData, url) => post('/v1/purchases', { account, purchaseData }, url),
    async finish({ purchaseOrderId, purchaseToken, productType }) {
      await iap.finishPurchase({}, { productType, purchaseToken, purchaseOrderId });
      return acknowledge(purchaseOrderId);
    },
  };
}

/** What the device reads of its own purchase; only the server verifies. */
export function toBought(purchaseData: string): Bought {
  const { type, jwsPurchaseOrder = '' } = JSON.parse(purchaseData) as { type: ProductType; jwsPurchaseOrder?: string };
  const { purchaseOrderId, purchaseToken } = decodeJwt<{ purchaseOrderId: string; purchaseToken: string }>(jwsPurchaseOrder);
  return { purchaseOrderId, purchaseToken, productType: type, purchaseData };
}
