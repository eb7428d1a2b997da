import type { PurchaseResult } from '#purchase-kit';
import type { ApiAnswer } from './player.js';

/** A story that goes otherwise than told ends the demo with an exit code. */
export function expectOf(answer: ApiAnswer, expected: { readonly status: number; readonly code?: string; readonly state?: string }): void {
  const { status, body } = answer;
  const wrong =
    status !== expected.status ||
    (expected.code !== undefined && body.code !== expected.code) ||
    (expected.state !== undefined && body.state !== expected.state);
  if (wrong) {
    throw new Error(`expected ${JSON.stringify(expected)}, got ${status} ${body.code ?? body.state ?? ''}`);
  }
}

/** How the app's purchase ended; the only order that it brought, unless it brought none. */
export function expectPurchase({ kind, code, purchaseOrderIds }: PurchaseResult, expected: PurchaseResult['kind']): string {
  if (kind !== expected) throw new Error(`expected the purchase to be ${expected}, got ${kind} ${code}`);
  return purchaseOrderIds[0] ?? '';
}
