import type { ProductType } from './iap';

/** A sentence for the player. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** A product as it is set up in AppGallery Connect. */
export interface ProductSetting {
  readonly productId: string;
  readonly productType: ProductType;
}

/** Survives the death of the app. */
export interface Storage {
  read(key: string): Promise<string | undefined>;
  /** Resolves once the value would survive a kill: the adapter awaits the flush. */
  write(key: string, value: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds; only differences are used, never as proof of anything. */
  now(): number;
  /** Calls once after so many milliseconds; the answer takes it back. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** Never handed a token, a JWS or an account. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** What the server (or another backend put in its place) says of one order or request. Decided by these fields, never by a text. */
export interface BackendAnswer {
  /** `granted` and `finished`: the goods are in the account. `pending`: recorded, not granted yet. `refused`: `code` says why. */
  readonly kind: 'granted' | 'finished' | 'pending' | 'refused';
  /** The device may call finishPurchase; without it, only after `granted` or `finished`. */
  readonly mayFinish: boolean;
  /** No repetition will be answered otherwise. */
  readonly final: boolean;
  readonly next: 'none' | 'ask-again' | 'fresh-evidence' | 'fix-request' | 'contact-support';
  /** The server's stable code, where it is not a plain success. */
  readonly code?: string;
  readonly message?: Text;
  /** Which order this is said of; an answer about another order is none. */
  readonly purchaseOrderId?: string;
  /** Milliseconds that the server asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** Thrown by a backend when there is no answer: nothing is known of the request's effect. */
export class BackendUnreachableError extends Error {
  override readonly name = 'BackendUnreachableError';
  /** Milliseconds that the server asks to be left alone. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Intent {
  /** Handed to createPurchase character for character: it binds the order to the account. */
  readonly developerPayload: string;
}

/**
 * Where purchases are delivered: dropless's API by `createHttpBackend`, or a backend of the app's own.
 * `account` is the player who is signed in to the game; each call must be made in that player's name or not at all.
 * Each throws `BackendUnreachableError` when there is no answer.
 */
export interface Backend {
  /** Announces a purchase. A `BackendAnswer` says why it must not be begun. */
  createIntent(account: string, product: ProductSetting, quantity: number): Promise<Intent | BackendAnswer>;
  submit(account: string, purchaseData: string): Promise<BackendAnswer>;
  acknowledge(account: string, purchaseOrderId: string): Promise<BackendAnswer>;
  /** 补单: asks the server to look for the account's orders at the store by itself, where it can. */
  recheck?(account: string): Promise<void>;
}

/** What the UI may want to hear of, for the account that is signed in. */
export interface PurchaseEvents {
  /** The goods are there: once for each order in a life of the app, whichever way the order was found. */
  onGranted?(delivered: Delivered): void;
  /** Paid, and not there yet; the kit goes on by itself. */
  onPending?(pending: Undelivered): void;
  /** Refused, or somebody else's. */
  onProblem?(problem: Undelivered): void;
}

/** An order whose goods the account has. */
export interface Delivered {
  readonly account: string;
  readonly purchaseOrderId: string;
  readonly productId: string;
}

/** An order whose goods it does not have, and why. */
export interface Undelivered {
  readonly account: string;
  /** For the app's log. */
  readonly code: string;
  /** For the player. */
  readonly message: Text;
  readonly purchaseOrderId?: string;
  readonly productId?: string;
}
