import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { maySee } from '../caller.js';
import { purchaseOrderIdSchema, timeSchema } from '../fields.js';
import { codeSchema } from '../problem.js';
import { stateSchema } from '../purchase-body.js';
import { DroplessError } from '../../domain/errors.js';
import { parsePurchaseOrderId } from '../../domain/ids.js';
import type { PurchaseStory } from '../../fulfilment/describe.js';

const purchaseSchema = z.object({
  purchaseOrderId: purchaseOrderIdSchema,
  state: stateSchema,
  productId: z.string(),
  quantity: z.int(),
  account: z.string().optional().describe('Absent while nobody owns the order.'),
  parkedReason: codeSchema.optional(),
  receivedAt: timeSchema,
  grantedAt: timeSchema.optional(),
  acknowledgedAt: timeSchema.optional(),
  finishedAt: timeSchema.optional(),
  finishedBy: z.enum(['client', 'store']).optional().describe('client: claimed by the app; store: confirmed by the store.'),
  revokedAt: timeSchema.optional(),
  timeline: z.array(z.object({ kind: z.string(), at: timeSchema })),
});

export const getPurchase = defineRoute({
  summary: 'Look at a purchase',
  description: 'Where one order stands, and what happened to it. A player sees its own orders, a game server those of its realm.',
  params: z.object({ purchaseOrderId: purchaseOrderIdSchema }),
  answers: { 200: { description: 'The order and its timeline.', schema: purchaseSchema } },
  errors: ['PURCHASE_NOT_FOUND'],
  async handle({ fulfilment }, { params, caller }) {
    const story = await fulfilment.describe(parsePurchaseOrderId(params.purchaseOrderId));
    // Somebody else's order and no order look the same from outside.
    if (!maySee(caller, story.purchase)) throw new DroplessError('PURCHASE_NOT_FOUND');
    return { status: 200, body: toBody(story) };
  },
});

function toBody({ purchase, timeline }: PurchaseStory): z.input<typeof purchaseSchema> {
  return {
    purchaseOrderId: purchase.purchaseOrderId,
    state: purchase.state,
    productId: purchase.productId,
    quantity: purchase.quantity,
    account: purchase.account?.accountId,
    parkedReason: purchase.park?.reason,
    receivedAt: purchase.receivedAt.toISOString(),
    grantedAt: purchase.grantedAt?.toISOString(),
    acknowledgedAt: purchase.acknowledgedAt?.toISOString(),
    finishedAt: purchase.finishedAt?.toISOString(),
    finishedBy: purchase.finishedBy,
    revokedAt: purchase.revokedAt?.toISOString(),
    timeline: timeline.map(({ kind, occurredAt }) => ({ kind, at: occurredAt.toISOString() })),
  };
}
