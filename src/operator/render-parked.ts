import { toOwnerWords } from './state-words.js';
import type { Purchase } from '../domain/purchase.js';

const REASON_WIDTH = 25;

/** The queue, one order a line; `dropless show` tells the rest. */
export function renderParked(purchases: readonly Purchase[], limit: number): string[] {
  if (purchases.length === 0) return ['No order is parked (没有挂起的订单).'];
  const more = purchases.length === limit ? [`These are the first ${limit}; there may be more (--limit).`] : [];
  return [...purchases.flatMap(renderLine), '', ...more, '`dropless show ORDER` tells what to do about each.'];
}

function renderLine(purchase: Purchase): string[] {
  const { park, purchaseOrderId, productId, quantity } = purchase;
  if (park === undefined) return [];
  return [
    `${park.since.toISOString()}  ${park.reason.padEnd(REASON_WIDTH)}${purchaseOrderId}  ${productId} × ${quantity}  ${toOwnerWords(purchase)}`,
  ];
}
