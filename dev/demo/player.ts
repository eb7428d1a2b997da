import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { decodeJwt } from 'jose';
import { createHttpBackend, createPurchaseKit, type HttpPort, type PurchaseKit } from '#purchase-kit';
import { createPhone, fetchHttp, neverAnswered } from './phone.js';
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
  readonly body: { readonly code?: string; readonly state?: string; readonly mayFinish?: boolean };
}

export interface AppOptions {
  /** The server that this app speaks to, in place of the stack's. */
  readonly url?: string;
  /** The app dies before it hears what the server says of a purchase. */
  readonly diesUnanswered?: boolean;
  /** The app dies before it can tell the store that the purchase is finished. */
  readonly diesUnfinished?: boolean;
}

/** A player with a phone, the app on it, and the game server that speaks for it. */
export interface Player {
  readonly account: string;
  /** Starts the app anew and signs the player in: what it had stored is still there, what was in its memory is not. */
  startApp(options?: AppOptions): Promise<PurchaseKit>;
  /** The order that is paid next on the phone. */
  nextPayment(): Promise<Paid>;
  /** Pays on the phone, with nobody there to report it. */
  pay(productId: string): Promise<Paid>;
  /** What somebody sends who is not the app. */
  submit(purchaseData: string): Promise<ApiAnswer>;
}

export interface Paid {
  readonly purchaseOrderId: string;
  readonly purchaseData: string;
}

/** `onPaid` hears of each order that the player pays. */
export function createPlayer({ store, server, apiKey }: Stack, onPaid: (account: string, purchaseOrderId: string) => void): Player {
  const account = `player-${randomBytes(3).toString('hex')}`;
  const payments = new EventEmitter().on('paid', ({ purchaseOrderId }: Paid) => onPaid(account, purchaseOrderId));
  const device = createDeviceIap({ store, user: account, applicationId: APPLICATION_ID, products: PRODUCTS });
  const iap = tellPayments(device, (paid) => void payments.emit('paid', paid));
  const phone = createPhone();
  const kits = new Set<PurchaseKit>();
  const toKit = ({ url = server.url, diesUnanswered = false, diesUnfinished = false }: AppOptions): PurchaseKit => {
    const http = diesUnanswered ? neverAnswered(fetchHttp, '/v1/purchases') : fetchHttp;
    const backend = createHttpBackend({ http, baseUrl: url, applicationId: APPLICATION_ID, token: async () => apiKey, clock: phone.clock });
    const dying = { ...iap, finishPurchase: () => new Promise<void>(() => {}) };
    return createPurchaseKit({ ...phone, context: {}, iap: diesUnfinished ? dying : iap, backend, products: PRODUCTS, apiVersion: 15 });
  };
  return {
    account,
    nextPayment: async () => {
      const [paid] = (await once(payments, 'paid')) as [Paid];
      return paid;
    },
    async startApp(options = {}) {
      for (const earlier of kits) earlier.close();
      const kit = toKit(options);
      kits.add(kit);
      await kit.login(account);
      return kit;
    },
    async pay(productId) {
      const { developerPayload = '' } = await post(fetchHttp, server.url, apiKey, '/v1/purchase-intents', {
        account,
        applicationId: APPLICATION_ID,
        productId,
      }).then(({ body }) => body);
      const { productType = ProductType.CONSUMABLE } = PRODUCTS.find((each) => each.productId === productId) ?? {};
      const { purchaseData } = await iap.createPurchase({}, { productId, productType, developerPayload });
      return toPaid(purchaseData);
    },
    submit: (purchaseData) => post(fetchHttp, server.url, apiKey, '/v1/purchases', { account, purchaseData }),
  };
}

function tellPayments(iap: DeviceIap, onPaid: (paid: Paid) => void): DeviceIap {
  return {
    ...iap,
    async createPurchase(context, parameter) {
      const result = await iap.createPurchase(context, parameter);
      onPaid(toPaid(result.purchaseData));
      return result;
    },
  };
}

/** What the device reads of its own purchase; only the server verifies. */
function toPaid(purchaseData: string): Paid {
  const { jwsPurchaseOrder = '' } = JSON.parse(purchaseData) as { jwsPurchaseOrder?: string };
  const { purchaseOrderId } = decodeJwt<{ purchaseOrderId: string }>(jwsPurchaseOrder);
  return { purchaseOrderId, purchaseData };
}

type Posted = Omit<ApiAnswer, 'body'> & { readonly body: ApiAnswer['body'] & { readonly developerPayload?: string } };

async function post(http: HttpPort, url: string, apiKey: string, path: string, body: object): Promise<Posted> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const answer = await http.request({ method: 'POST', url: `${url}${path}`, headers, body: JSON.stringify(body), timeoutMs: 30_000 });
  return { status: answer.status, body: JSON.parse(answer.body) as Posted['body'] };
}
