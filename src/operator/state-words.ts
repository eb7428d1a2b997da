import type { Purchase, PurchaseState } from '../domain/purchase.js';

const CHINESE: Readonly<Record<PurchaseState, string>> = {
  received: '已接收',
  granted: '已发放',
  finished: '已完成',
  refused: '已拒绝',
  revoked: '已撤销',
};

/** The state for a person, with the Chinese word beside it. */
export function toStateWords({ state, park, grantKind }: Purchase): string {
  const words = `${state} (${CHINESE[state]})`;
  if (park !== undefined) return `${words}, parked (已挂起)`;
  return grantKind === 'elsewhere' ? `${words}, delivered by another system (由其他系统发放)` : words;
}

export function toOwnerWords({ account, accountKey }: Purchase): string {
  if (account !== undefined) return account.accountId;
  return accountKey === undefined ? 'nobody yet (暂无归属)' : `account number ${accountKey}, its name forgotten (已注销)`;
}
