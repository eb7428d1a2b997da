import { DroplessError } from '../domain/errors.js';
import type { Account } from '../domain/ids.js';
import type { Purchase } from '../domain/purchase.js';
import { isSameAccount } from '../fulfilment/purchase-answer.js';
import type { ApiKey } from '../ledger/api-keys.js';

/** Who calls, as the credentials prove it. */
export type Caller =
  | ({ readonly kind: 'game-server' } & ApiKey)
  | { readonly kind: 'player'; readonly account: Account; readonly applications: readonly string[] };
export type CallerKind = Caller['kind'];

/**
 * The account that a call is about. A game server names it; a player is it, and may only say so.
 * @throws {DroplessError} `ACCOUNT_REQUIRED`, `CALLER_NOT_ALLOWED`
 */
export function toAccount(caller: Caller, accountId: string | undefined): Account {
  if (caller.kind === 'player') {
    if (accountId !== undefined && accountId !== caller.account.accountId) throw new DroplessError('CALLER_NOT_ALLOWED');
    return caller.account;
  }
  if (accountId === undefined) throw new DroplessError('ACCOUNT_REQUIRED', { field: 'account' });
  return { environment: caller.environment, realm: caller.realm, accountId };
}

/** A game server sees the orders of its realm and environment, a player its own; both of their applications alone. */
export function maySee(caller: Caller, purchase: Purchase): boolean {
  if (caller.applications?.includes(purchase.applicationId) === false) return false;
  if (caller.kind === 'player') return isSameAccount(purchase.account, caller.account);
  return purchase.realm === caller.realm && purchase.environment === caller.environment;
}

/** Whose share of the rate limit a call counts against. */
export function toRateKey(caller: Caller): string {
  if (caller.kind === 'game-server') return `key:${caller.keyId}`;
  const { environment, realm, accountId } = caller.account;
  return `player:${JSON.stringify([environment, realm, accountId])}`;
}
