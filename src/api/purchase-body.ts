import { z } from 'zod';
import { answeredAmountSchema, currencySchema, purchaseOrderIdSchema } from './fields.js';
import { toPendingRetryAfterSeconds } from './http-status.js';
import { codeSchema, finalSchema, mayFinishSchema, messageSchema, nextSchema } from './problem.js';
import { ERROR_CODES, type ErrorCode } from '../domain/error-codes.js';
import type { Goods } from '../domain/goods.js';
import { PARK_REASONS, PURCHASE_STATES } from '../domain/purchase.js';
import type { PurchaseAnswer } from '../fulfilment/purchase-answer.js';

export const stateSchema = z.enum(PURCHASE_STATES);

export const goodsSchema = z
  .object({
    currencies: z.array(z.object({ currency: currencySchema, amount: answeredAmountSchema })),
    entitlements: z.array(
      z.object({
        entitlement: z.string(),
        duration: z.string().optional().describe('ISO 8601, for one unit; absent: for ever.'),
        quantity: z.int(),
      }),
    ),
  })
  .describe('What this purchase put into the account.');

export const grantedSchema = z.object({
  purchaseOrderId: purchaseOrderIdSchema,
  state: stateSchema,
  final: finalSchema,
  mayFinish: mayFinishSchema,
  next: nextSchema,
  goods: goodsSchema.optional(),
});

export const pendingSchema = z.object({
  purchaseOrderId: purchaseOrderIdSchema,
  state: stateSchema,
  code: codeSchema,
  final: finalSchema,
  mayFinish: mayFinishSchema,
  next: nextSchema,
  message: messageSchema,
  retryAfterMs: z.int().describe('When to ask again, at the earliest; Retry-After says the same in seconds.'),
});

const PENDING_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PENDING', 'NOT_COMPLETED', ...PARK_REASONS]);

/** The order is in the ledger and nothing has been decided against it. */
export function isPending(code: ErrorCode): boolean {
  return PENDING_CODES.has(code);
}

export function toGrantedBody({ purchase, mayFinish }: PurchaseAnswer, goods: Goods | undefined): z.output<typeof grantedSchema> {
  const { purchaseOrderId, state } = purchase;
  return { purchaseOrderId, state, final: true, mayFinish, next: 'none', ...(goods && { goods: toGoodsBody(goods) }) };
}

export function toPendingBody({ purchase, mayFinish }: PurchaseAnswer, code: ErrorCode): z.output<typeof pendingSchema> {
  const { purchaseOrderId, state } = purchase;
  const { next, en, zh } = ERROR_CODES[code];
  const retryAfterMs = toPendingRetryAfterSeconds(code) * 1_000;
  return { purchaseOrderId, state, code, final: false, mayFinish, next, message: { en, zh }, retryAfterMs };
}

export function toGoodsBody({ currencies, entitlements }: Goods): z.output<typeof goodsSchema> {
  return {
    currencies: currencies.map(({ currency, amount }) => ({ currency, amount: amount.toString() })),
    entitlements: entitlements.map((line) => ({ ...line })),
  };
}
