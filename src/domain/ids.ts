import { DroplessError } from './errors.js';

declare const brand: unique symbol;

/** Huawei's purchaseOrderId, kept character for character: it is the workflow's id and the ledger's key. */
export type PurchaseOrderId = string & { readonly [brand]: 'PurchaseOrderId' };

/** The ledger's internal number of an account; stands in every row where the account's name does not. */
export type AccountKey = bigint & { readonly [brand]: 'AccountKey' };

export const ENVIRONMENTS = ['production', 'sandbox'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Who owns goods: the same account id in another realm or environment is somebody else (design §4). */
export interface Account {
  readonly environment: Environment;
  readonly realm: string;
  readonly accountId: string;
}

/**
 * Huawei documents at most 256 characters (iap-server-data-model).
 * @throws {DroplessError} `REQUEST_MALFORMED`
 */
export function parsePurchaseOrderId(text: string): PurchaseOrderId {
  if (!/^[\x21-\x7e]{1,256}$/.test(text)) throw new DroplessError('REQUEST_MALFORMED', { field: 'purchaseOrderId' });
  return text as PurchaseOrderId; // The one cast: the pattern above is the proof.
}

export function toAccountKey(value: string | bigint): AccountKey {
  return BigInt(value) as AccountKey;
}
