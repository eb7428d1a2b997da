import type { Text } from './ports';
import { textOf } from './texts';

/** What the kit does about a code of the store's. */
export type IapNext =
  | 'cancelled' // The player's own wish.
  | 'redeliver' // Paid perhaps, or an earlier order stands in the way: look for what is undelivered.
  | 'wait' // Asked too often: the same call, later.
  | 'done' // A finish that was taken before.
  | 'failed'; // Nothing was bought.

export interface IapErrorFacts {
  readonly name: string;
  readonly next: IapNext;
  /** For the player. */
  readonly message: Text;
}

export const IAP_FREQUENT_CALLS = 1001860004;

/** Every code of the client's calls (iap-error-code), with the platform's own two. */
const IAP_ERRORS: Readonly<Record<number, readonly [name: string, next: IapNext]>> = {
  401: ['PARAMETER_ERROR', 'failed'],
  801: ['DEVICE_UNSUPPORTED', 'failed'],
  1001860000: ['USER_CANCELED', 'cancelled'],
  1001860001: ['SYSTEM_ERROR', 'redeliver'],
  1001860002: ['APP_NOT_AUTHORIZED', 'failed'],
  1001860003: ['INVALID_PRODUCT', 'failed'],
  [IAP_FREQUENT_CALLS]: ['FREQUENT_CALLS', 'wait'],
  1001860005: ['NETWORK_ERROR', 'redeliver'],
  1001860007: ['PRODUCT_TERRITORY_NOT_SUPPORTED', 'failed'],
  1001860050: ['ACCOUNT_NOT_LOGGED_IN', 'failed'],
  1001860051: ['PRODUCT_OWNED', 'redeliver'],
  1001860052: ['PURCHASE_NOT_PAID', 'failed'],
  1001860053: ['PURCHASE_FINISHED', 'done'],
  1001860054: ['ACCOUNT_TERRITORY_NOT_SUPPORTED', 'failed'],
  1001860056: ['USER_NOT_ALLOWED', 'failed'],
  1001860057: ['APP_NOT_DEBUG', 'failed'],
  1001860058: ['ACCOUNT_NOT_TEST', 'failed'],
  1001860059: ['INVALID_PROMOTIONAL_OFFER', 'failed'],
  1001860060: ['INVALID_PURCHASE_SIGNATURE', 'failed'],
  1001860061: ['PURCHASE_ALREADY_REFUNDED', 'failed'],
  1001860062: ['REFUND_NOT_ALLOWED', 'failed'],
};

/** A code that Huawei adds later leaves open whether money was taken: then it is looked for. */
export function findIapError(code: number): IapErrorFacts {
  const [name, next] = IAP_ERRORS[code] ?? ['UNKNOWN_ERROR', 'redeliver'];
  return { name, next, message: textOf(name) };
}

/** The platform's BusinessError carries its code as a number, some versions as a text. */
export function toIapErrorCode(error: unknown): number {
  return Number((error as { readonly code?: number | string } | undefined)?.code ?? Number.NaN);
}
