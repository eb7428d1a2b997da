import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { toAccount } from '../caller.js';
import { accountIdSchema, purchaseOrderIdSchema } from '../fields.js';
import { stateSchema } from '../purchase-body.js';
import { parsePurchaseOrderId } from '../../domain/ids.js';

export const acknowledgePurchase = defineRoute({
  summary: 'Acknowledge the finish',
  description:
    'After finishPurchase succeeded on the device, or said PURCHASE_FINISHED. Repeat until it is answered 200 or with an answer ' +
    'that is final. The first word counts.',
  params: z.object({ purchaseOrderId: purchaseOrderIdSchema }),
  body: z.strictObject({ account: accountIdSchema.optional() }).nullish(),
  answers: {
    200: {
      description: 'Written down. Empty for an account that only presented somebody else’s order.',
      schema: z.object({ purchaseOrderId: purchaseOrderIdSchema.optional(), state: stateSchema.optional() }),
    },
  },
  errors: ['ACCOUNT_REQUIRED', 'CALLER_NOT_ALLOWED', 'PURCHASE_NOT_FOUND', 'OWNED_BY_ANOTHER_ACCOUNT'],
  async handle({ fulfilment }, { params, body, caller }) {
    const by = toAccount(caller, body?.account);
    const { purchase, wake } = await fulfilment.acknowledge(parsePurchaseOrderId(params.purchaseOrderId), by, caller.applications);
    const { purchaseOrderId, state } = purchase ?? {};
    return { status: 200, body: { purchaseOrderId, state }, afterwards: wake };
  },
});
