import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { toAccount } from '../caller.js';
import { accountIdSchema, applicationIdSchema, productIdSchema } from '../fields.js';
import { DroplessError } from '../../domain/errors.js';

/** Huawei sells 1 to 10 at once (iap-iap, PurchaseParameter.quantity). */
const QUANTITY_MAX = 10;

export const createPurchaseIntent = defineRoute({
  summary: 'Announce a purchase',
  description: 'Before buying: answers with the developerPayload that binds the order to the account, whoever reports it later.',
  body: z.strictObject({
    account: accountIdSchema.optional(),
    applicationId: applicationIdSchema,
    productId: productIdSchema,
    quantity: z.int().min(1).max(QUANTITY_MAX).default(1),
  }),
  answers: {
    201: {
      description: 'Hand developerPayload to createPurchase, character for character.',
      schema: z.object({ intentId: z.string(), developerPayload: z.string().describe('Under 128 ASCII characters.') }),
    },
  },
  errors: ['ACCOUNT_REQUIRED', 'APPLICATION_UNKNOWN', 'APPLICATION_NOT_ALLOWED', 'PRODUCT_UNKNOWN', 'SUBSCRIPTION_UNSUPPORTED'],
  async handle({ fulfilment }, { body, caller }) {
    const { account, ...product } = body;
    if (caller.applications?.includes(product.applicationId) === false) throw new DroplessError('APPLICATION_NOT_ALLOWED');
    return { status: 201, body: await fulfilment.createIntent({ account: toAccount(caller, account), ...product }) };
  },
});
