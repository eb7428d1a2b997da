import type { Backend, Clock } from './ports';
import { withTimeLimit } from './time-limit';

/** Longer than all tries of `createHttpBackend` take together. */
const TIME_LIMIT_MS = 120_000;

/** A backend that leaves a question without an answer keeps nothing that comes after it. */
export function createPatientBackend(backend: Backend, clock: Clock): Backend {
  const inTime = <Answer>(call: () => Promise<Answer>): Promise<Answer> => withTimeLimit(clock, TIME_LIMIT_MS, call);
  return {
    createIntent: (account, product, quantity) => inTime(() => backend.createIntent(account, product, quantity)),
    submit: (account, purchaseData) => inTime(() => backend.submit(account, purchaseData)),
    acknowledge: (account, purchaseOrderId) => inTime(() => backend.acknowledge(account, purchaseOrderId)),
    recheck: (account) => inTime(async () => backend.recheck?.(account)),
  };
}
