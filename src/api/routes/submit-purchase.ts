import { z } from 'zod';
import { defineRoute, toProblemAnswer, type Answer, type RouteDeps } from '../api-route.js';
import { maySee, toAccount, type Caller } from '../caller.js';
import { accountIdSchema } from '../fields.js';
import { toPendingRetryAfterSeconds } from '../http-status.js';
import { grantedSchema, isPending, pendingSchema, toGrantedBody, toPendingBody } from '../purchase-body.js';
import type { ErrorCode } from '../../domain/error-codes.js';
import { toErrorCode } from '../../domain/errors.js';
import type { PurchaseAnswer } from '../../fulfilment/purchase-answer.js';
import type { Submission } from '../../fulfilment/submit.js';
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
    'CLOCK_OR_CERTIFICATE_EARLY',
    'CERTIFICATE_REVOKED',
    'REVOCATION_UNKNOWN',
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
    const submission = { evidence: body.purchaseData, presenter: toAccount(caller, body.account), applications: caller.applications };
    return toSubmitAnswer(deps, await submit(deps, submission), caller, correlationId);
  },
});

/** Every submission is counted by its code, refused ones too. */
async function submit({ fulfilment, metrics }: RouteDeps, submission: Submission): Promise<PurchaseAnswer> {
  let code: ErrorCode | 'GRANTED' = 'GRANTED';
  try {
    const answer = await fulfilment.submit(submission);
    code = answer.code ?? 'GRANTED';
    return answer;
  } catch (error) {
    code = toErrorCode(error);
    throw error;
  } finally {
    metrics.submitAnswers.inc({ code });
  }
}

async function toSubmitAnswer({ db }: RouteDeps, answer: PurchaseAnswer, caller: Caller, correlationId: string): Promise<Answer> {
  const { code, purchase, mayFinish } = answer;
  if (code === undefined) return { status: 200, body: toGrantedBody(answer, await findGrantedGoods(db, purchase.purchaseOrderId)) };
  if (!isPending(code)) return toProblemAnswer(code, correlationId, mayFinish);
  const headers = { 'retry-after': String(toPendingRetryAfterSeconds(code)) };
  // An order that nobody owns yet is not to be looked at by whoever presents it; presenting it again answers the same.
  const place = maySee(caller, purchase) ? { location: `/v1/purchases/${encodeURIComponent(purchase.purchaseOrderId)}` } : {};
  return { status: 202, body: toPendingBody(answer, code), code, headers: { ...headers, ...place } };
}
