import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { toAccount } from '../caller.js';
import { accountIdSchema, answeredAmountSchema, currencySchema, timeSchema } from '../fields.js';
import { listBalances } from '../../ledger/balances.js';
import { listEntitlements } from '../../ledger/entitlements.js';

const goodsSchema = z.object({
  account: accountIdSchema,
  balances: z.array(z.object({ currency: currencySchema, amount: answeredAmountSchema })),
  entitlements: z.array(
    z.object({ entitlement: z.string(), active: z.boolean(), endsAt: timeSchema.optional().describe('Absent: for ever.') }),
  ),
});

export const listGoods = defineRoute({
  summary: 'What an account has',
  description:
    'Balances, each the sum of its entries, and entitlements, computed from the grants that stand; both belong to the realm, whichever of its applications sold them. A player asks for its own.',
  params: z.object({ account: accountIdSchema }),
  answers: { 200: { description: 'An account that never bought anything has nothing.', schema: goodsSchema } },
  errors: ['CALLER_NOT_ALLOWED'],
  async handle({ db }, { params, caller }) {
    const account = toAccount(caller, params.account);
    const [balances, entitlements] = await Promise.all([listBalances(db, account), listEntitlements(db, account)]);
    const body = {
      account: account.accountId,
      balances: balances.map(({ currency, amount }) => ({ currency, amount: amount.toString() })),
      entitlements: entitlements.map(({ entitlement, active, endsAt }) => ({ entitlement, active, endsAt: endsAt?.toISOString() })),
    };
    return { status: 200, body };
  },
});
