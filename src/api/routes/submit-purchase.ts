import { z } from 'zod';
import { defineRoute, toProblemAnswer, type Answer, type RouteDeps } from '../api-route.js';
import { toAccount, toApplications } from '../caller.js';
import { accountIdSchema } from '../fields.js';
import { toPendingRetryAfterSeconds } from '../http-status.js';
import { grantedSchema, isPending, pendingSchema, toGrantedBody, toPendingBody } from '../purchase-body.js';
import type { PurchaseAnswer } from '../../fulfilment/purchase-answer.js';
import { findGrantedGoods } from '../../ledger/granted-goods.js';

export const submitPurchase = defineRoute({
  summary: 'Submit a purchase',
  description:
    'Takes what the device got from createPurchase or queryPurchases. Safe to repeat at every launch: an order is granted once. ' +
    'The device calls finishPurchase only after an answer that says mayFinish.',
  body: z.strictObject({
    account: accountIdSchema.optional(),
    purchaseData: z.string().min(1).describe('The whole purchaseData string as the device has it, or the bare JWS.'),
  }),
  answers: {
    200: { description: 'Granted or finished: the goods are in the account.', schema: grantedSchema },
    202: { description: 'Recorded, not granted yet: ask again as `next` says.', schema: pendingSchema },
  },
  errors: [
    'ACCOUNT_REQUIRED',
    'JWS_MALFORMED',
    'JWS_HEADER_REFUSED',
    'JWS_CHAIN_INVALID',
    'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
    'JWS_SIGNATURE_INVALID',
    'WRONG_DOCUMENT',
    'JWS_CERTIFICATE_EXPIRED',
    'JWS_CERTIFICATE_EARLY',
    'PAYLOAD_UNREADABLE',
    'APPLICATION_UNKNOWN',
    'ENVIRONMENT_UNKNOWN',
    'APPLICATION_NOT_ALLOWED',
    'ORDER_ID_CONFLICT',
    'OWNED_BY_ANOTHER_ACCOUNT',
    'PURCHASE_REVOKED',
    'PURCHASE_REFUSED',
  ],
  async handle(deps, { body, caller, correlationId }) {
    const presenter = toAccount(caller, body.account);
    const applications = toApplications(caller);
    const submission = { evidence: body.purchaseData, presenter, ...(applications !== undefined && { applications }) };
    const answer = await toSubmitAnswer(deps, await deps.fulfilment.submit(submission), correlationId);
    deps.metrics.submitAnswers.inc({ code: answer.code ?? 'GRANTED' });
    return answer;
  },
});

async function toSubmitAnswer({ db }: RouteDeps, answer: PurchaseAnswer, correlationId: string): Promise<Answer> {
  const { code, purchase, mayFinish } = answer;
  if (code === undefined) return { status: 200, body: toGrantedBody(answer, await findGrantedGoods(db, purchase.purchaseOrderId)) };
  if (!isPending(code)) return toProblemAnswer(code, correlationId, mayFinish);
  return {
    status: 202,
    body: toPendingBody(answer, code),
    code,
    headers: {
      location: `/v1/purchases/${encodeURIComponent(purchase.purchaseOrderId)}`,
      'retry-after': String(toPendingRetryAfterSeconds(code)),
    },
  };
}
