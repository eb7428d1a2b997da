import { APPLICATION_ID, SANDBOX_APPLICATION_ID } from './catalogue.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import type { VerifiedPurchase } from '../../src/domain/purchase.js';
import type { Verifier } from '../../src/store/index.js';

/** Where players buy: two realms, and one of them in two environments. The same names play everywhere. */
export const SCOPES = [
  { environment: 'production', realm: 'game', applicationId: APPLICATION_ID },
  { environment: 'production', realm: 'other-game', applicationId: SANDBOX_APPLICATION_ID },
  { environment: 'sandbox', realm: 'other-game', applicationId: SANDBOX_APPLICATION_ID },
] as const;
export const PLAYERS = ['alice', 'bob'] as const;

/** What each scope sells, and what one unit of it puts into a balance. */
export const PRODUCTS = {
  game: [
    { productId: 'gold60', productType: 'consumable', currency: 'gold', amount: 60 },
    { productId: 'noads', productType: 'non-consumable', currency: undefined, amount: 0 },
    { productId: 'pass30', productType: 'non-renewing', currency: undefined, amount: 0 },
  ],
  'other-game': [{ productId: 'gem10', productType: 'consumable', currency: 'gem', amount: 10 }],
} as const;

/** What is true of an order outside the ledger: with the store, and with the players who present it. */
export interface ModelOrder {
  readonly id: PurchaseOrderId;
  readonly scope: (typeof SCOPES)[number];
  readonly product: (typeof PRODUCTS)[keyof typeof PRODUCTS][number];
  readonly quantity: number;
  /** Whom the payload names, or `nobody` for a payload of somebody else's making; undefined: it is empty. */
  readonly named: Account | 'nobody' | undefined;
  readonly presenters: Set<string>;
  /** What the store has signed of it, the newest last. */
  readonly copies: VerifiedPurchase[];
  revoked: boolean;
  /** Somebody was told that the device may finish it. */
  mayFinish: boolean;
}

export class GameModel {
  readonly orders: ModelOrder[] = [];
  /** The developerPayload that each account's last intent was answered with. */
  readonly payloads = new Map<string, string>();
  private clockMs = Date.now();

  account(scope: number, player: number): Account {
    const { environment, realm } = SCOPES[scope % SCOPES.length] ?? SCOPES[0];
    return { environment, realm, accountId: PLAYERS[player % PLAYERS.length] ?? PLAYERS[0] };
  }

  order(index: number): ModelOrder {
    const order = this.orders[index % this.orders.length];
    if (order === undefined) throw new TypeError('no order was paid yet');
    return order;
  }

  /** An account of the order's own scope. */
  presenter({ scope: { environment, realm } }: ModelOrder, player: number): Account {
    return { environment, realm, accountId: PLAYERS[player % PLAYERS.length] ?? PLAYERS[0] };
  }

  /** A player pays: with the payload of the last intent, with none, or with one that is not ours. */
  pay(scopeIndex: number, player: number, productIndex: number, quantity: number, payload: 'intent' | 'empty' | 'foreign'): void {
    const scope = SCOPES[scopeIndex % SCOPES.length] ?? SCOPES[0];
    const products = PRODUCTS[scope.realm];
    const product = products[productIndex % products.length] ?? products[0];
    const account = this.account(scopeIndex, player);
    const intent = payload === 'intent' ? this.payloads.get(toName(account)) : undefined;
    const id = `order-${this.orders.length}` as PurchaseOrderId;
    const named = payload === 'foreign' ? 'nobody' : intent === undefined ? undefined : account;
    const order: ModelOrder = { id, scope, product, quantity, named, presenters: new Set(), copies: [], revoked: false, mayFinish: false };
    this.orders.push(order);
    this.sign(order, { developerPayload: payload === 'foreign' ? 'of another system' : (intent ?? '') });
  }

  /** The store takes the money back; the first time counts. */
  revoke(index: number): ModelOrder {
    const order = this.order(index);
    if (!order.revoked) this.sign(order, { revocation: { reasonCode: '0', revokedAtMs: undefined } });
    order.revoked = true;
    return order;
  }

  /** What is sold for currency in a scope. */
  shop(scopeIndex: number): { applicationId: string; productId: string; currency: string } {
    const { applicationId, realm } = SCOPES[scopeIndex % SCOPES.length] ?? SCOPES[0];
    const [{ productId, currency }] = PRODUCTS[realm];
    return { applicationId, productId, currency };
  }

  /** The store signs what it says of the order now. */
  sign(order: ModelOrder, changes: Partial<VerifiedPurchase>): void {
    this.clockMs += 1_000;
    const { id, scope, product, quantity } = order;
    const last: VerifiedPurchase = order.copies.at(-1) ?? {
      purchaseOrderId: id,
      environment: scope.environment,
      applicationId: scope.applicationId,
      productId: product.productId,
      productType: product.productType,
      quantity,
      purchasedAtMs: this.clockMs,
      signedAtMs: this.clockMs,
      verifiedAtMs: this.clockMs,
      storeFinished: false,
      price: undefined,
      currency: undefined,
      developerPayload: '',
      revocation: undefined,
      unexpected: [],
    };
    order.copies.push({ ...last, signedAtMs: this.clockMs, ...changes });
  }
}

export function toName({ environment, realm, accountId }: Account): string {
  return `${environment}/${realm}/${accountId}`;
}

export function toEvidence(verified: VerifiedPurchase | undefined): string {
  return JSON.stringify(verified);
}

/** Believes what it is shown: signatures are other tests' matter. */
export const CREDULOUS_VERIFIER: Pick<Verifier, 'verify'> = {
  verify: (evidence) => {
    const purchase = JSON.parse(evidence) as VerifiedPurchase;
    return Promise.resolve({ verdict: { kind: 'valid', document: 'purchase-order', purchases: [purchase], payload: {} }, checks: [] });
  },
};
