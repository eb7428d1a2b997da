import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { maySee, type Caller } from '../caller.js';
import { purchaseOrderIdSchema, timeSchema } from '../fields.js';
import { codeSchema, finalSchema, mayFinishSchema, nextSchema } from '../problem.js';
import { goodsSchema, stateSchema, toGoodsBody } from '../purchase-body.js';
import { ERROR_CODES } from '../../domain/error-codes.js';
import { DroplessError } from '../../domain/errors.js';
import type { Goods } from '../../domain/goods.js';
import { ENVIRONMENTS, parsePurchaseOrderId } from '../../domain/ids.js';
import type { Purchase } from '../../domain/purchase.js';
import type { PurchaseStory } from '../../fulfilment/describe.js';
import { toAnswer } from '../../fulfilment/purchase-answer.js';
import { findGrantedGoods } from '../../ledger/granted-goods.js';
import type { PurchaseEvent } from '../../ledger/timeline.js';

const purchaseSchema = z.object({
  purchaseOrderId: purchaseOrderIdSchema,
  state: stateSchema,
  code: codeSchema.optional().describe('Why it is not granted, or not any more. Absent: granted or finished.'),
  final: finalSchema,
  mayFinish: mayFinishSchema,
  next: nextSchema,
  environment: z.enum(ENVIRONMENTS),
  applicationId: z.string(),
  productId: z.string(),
  quantity: z.int(),
  account: z.string().optional().describe('Absent while nobody owns the order.'),
  parkedReason: codeSchema.optional(),
  goods: goodsSchema.optional(),
  receivedAt: timeSchema,
  grantedAt: timeSchema.optional(),
  acknowledgedAt: timeSchema.optional(),
  finishedAt: timeSchema.optional(),
  finishedBy: z.enum(['client', 'store']).optional().describe('client: claimed by the app; store: confirmed by the store.'),
  revokedAt: timeSchema.optional(),
  timeline: z.array(
    z.object({
      kind: z.string(),
      at: timeSchema,
      details: z.record(z.string(), z.unknown()).optional().describe('Codes, numbers and reasons; for game servers alone.'),
    }),
  ),
});

export const getPurchase = defineRoute({
  summary: 'Look at a purchase',
  description:
    'Where one order stands, and what happened to it. A player sees its own orders, a game server those of its realm; both of the applications that they are bound to.',
  params: z.object({ purchaseOrderId: purchaseOrderIdSchema }),
  answers: { 200: { description: 'The order and its timeline.', schema: purchaseSchema } },
  errors: ['PURCHASE_NOT_FOUND'],
  async handle({ fulfilment, db }, { params, caller }) {
    const purchaseOrderId = parsePurchaseOrderId(params.purchaseOrderId);
    const story = await fulfilment.describe(purchaseOrderId);
    // Somebody else's order and no order look the same from outside.
    if (!maySee(caller, story.purchase)) throw new DroplessError('PURCHASE_NOT_FOUND');
    return { status: 200, body: toBody(story, await findGrantedGoods(db, purchaseOrderId), caller) };
  },
});

function toBody({ purchase, timeline }: PurchaseStory, goods: Goods | undefined, caller: Caller): z.input<typeof purchaseSchema> {
  const { code, mayFinish } = toAnswer(purchase, undefined);
  const { final, next } = code === undefined ? { final: true, next: 'none' as const } : ERROR_CODES[code];
  return {
    purchaseOrderId: purchase.purchaseOrderId,
    state: purchase.state,
    code,
    final,
    mayFinish,
    next,
    environment: purchase.environment,
    applicationId: purchase.applicationId,
    productId: purchase.productId,
    quantity: purchase.quantity,
    account: purchase.account?.accountId,
    parkedReason: purchase.park?.reason,
    goods: goods && toGoodsBody(goods),
    ...toTimes(purchase),
    finishedBy: purchase.finishedBy,
    timeline: timeline.map((event) => toEventBody(event, caller)),
  };
}

function toTimes({ receivedAt, grantedAt, acknowledgedAt, finishedAt, revokedAt }: Purchase) {
  return {
    receivedAt: receivedAt.toISOString(),
    grantedAt: grantedAt?.toISOString(),
    acknowledgedAt: acknowledgedAt?.toISOString(),
    finishedAt: finishedAt?.toISOString(),
    revokedAt: revokedAt?.toISOString(),
  };
}

/** Details are written for the game's people, not for its players. */
function toEventBody({ kind, occurredAt, details }: PurchaseEvent, caller: Caller) {
  const event = { kind, at: occurredAt.toISOString() };
  return caller.kind === 'game-server' ? { ...event, details } : event;
}
