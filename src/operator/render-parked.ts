import { toOwnerWords } from './state-words.js';
import type { Purchase } from '../domain/purchase.js';

const SINCE_WIDTH = 26;
const REASON_WIDTH = 25;
const HEAD = `${'Parked since'.padEnd(SINCE_WIDTH)}${'Reason'.padEnd(REASON_WIDTH)}Order  Product  Owner`;

/** The queue, one order a line; `dropless show` tells the rest. */
export function renderParked(purchases: readonly Purchase[], limit: number): string[] {
  if (purchases.length === 0) return ['No order is parked (没有挂起的订单).'];
  const more = purchases.length === limit ? [`These are the first ${limit}; there may be more (--limit).`] : [];
  return [HEAD, ...purchases.flatMap(renderLine), '', ...more, '`dropless show ORDER` says what to do about one.'];
}

function renderLine(purchase: Purchase): string[] {
  const { park, purchaseOrderId, productId, quantity } = purchase;
  if (park === undefined) return [];
  return [
    `${park.since.toISOString().padEnd(SINCE_WIDTH)}${park.reason.padEnd(REASON_WIDTH)}${purchaseOrderId}  ${productId} × ${quantity}  ${toOwnerWords(purchase)}`,
  ];
}
