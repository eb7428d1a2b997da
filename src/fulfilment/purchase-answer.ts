import type { ErrorCode } from '../domain/error-codes.js';
import type { Account } from '../domain/ids.js';
import { isCompleted, type Purchase } from '../domain/purchase.js';

/** What a caller hears of a purchase; read from the ledger, whatever the engine does. */
export interface PurchaseAnswer {
  readonly purchase: Purchase;
  /** Undefined: granted or finished, and the caller's own. Else why not, or not yet. */
  readonly code: ErrorCode | undefined;
  /** The device may call finishPurchase: the goods are in the owner's account, or were delivered elsewhere. */
  readonly mayFinish: boolean;
}

/** `presenter` undefined: to a reader who may see the order, whoever owns it. */
export function toAnswer(purchase: Purchase, presenter: Account | undefined): PurchaseAnswer {
  const mayFinish = purchase.state === 'granted' || purchase.state === 'finished';
  return { purchase, code: toCode(purchase, presenter), mayFinish };
}

function toCode(purchase: Purchase, presenter: Account | undefined): ErrorCode | undefined {
  const { state, revokedAt, account, accountKey, park } = purchase;
  if (revokedAt !== undefined) return 'PURCHASE_REVOKED';
  if (state === 'refused') return 'PURCHASE_REFUSED';
  const owned = accountKey !== undefined;
  if (owned && presenter !== undefined && !isSameAccount(account, presenter)) return 'OWNED_BY_ANOTHER_ACCOUNT';
  if (state !== 'received') return undefined;
  if (!isCompleted(purchase)) return 'NOT_COMPLETED';
  return park?.reason ?? 'PENDING';
}

/** An account whose name was forgotten is nobody's any more. */
export function isSameAccount(one: Account | undefined, other: Account): boolean {
  return one?.accountId === other.accountId && one.realm === other.realm && one.environment === other.environment;
}
