import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { toAccount } from '../caller.js';
import { accountIdSchema, amountSchema, answeredAmountSchema, currencySchema } from '../fields.js';
import { spendBalance as spend } from '../../ledger/balances.js';

export const spendBalance = defineRoute({
  summary: 'Spend from a balance',
  description: 'Takes an amount out of a balance, once per Idempotency-Key, never below zero. Game servers only.',
  params: z.object({ account: accountIdSchema }),
  headers: z.object({
    'idempotency-key': z.string().min(1).max(200).describe('Unique per account: the same key and body answer as the first time.'),
  }),
  body: z.strictObject({ currency: currencySchema, amount: amountSchema }),
  answers: {
    200: {
      description: 'Taken, now or by the first call with this key; the balance right after it.',
      schema: z.object({ currency: currencySchema, balance: answeredAmountSchema }),
    },
  },
  errors: ['BALANCE_TOO_LOW', 'IDEMPOTENCY_KEY_REUSED'],
  async handle({ db }, { params, headers, body, caller }) {
    const account = toAccount(caller, params.account);
    const balance = await spend(db, { account, ...body, idempotencyKey: headers['idempotency-key'] });
    return { status: 200, body: { currency: balance.currency, balance: balance.amount.toString() } };
  },
});
