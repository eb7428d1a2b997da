import type { Backend, BackendAnswer } from '../../src/main/ets/core/ports';
import { toPaid } from '../../src/main/ets/core/purchase-data';

/** A server of a few lines that keeps dropless's promises: the owner by intent, one grant an order. It outlives the app. */
export interface FakeServer {
  readonly backend: Backend;
  /** Order id → account that got the goods; each order once. */
  readonly granted: ReadonlyMap<string, string>;
  readonly acknowledged: ReadonlySet<string>;
  /** Every submission, oldest first. */
  readonly submitted: readonly string[];
  /** The next answers to `submit`, in place of its own. */
  answerNext(...answers: readonly Partial<BackendAnswer>[]): void;
}

const ANSWER: BackendAnswer = { kind: 'granted', mayFinish: true, final: true, next: 'none' };

export function createFakeServer(): FakeServer {
  const granted = new Map<string, string>();
  const acknowledged = new Set<string>();
  const submitted: string[] = [];
  const planned: Partial<BackendAnswer>[] = [];
  let intents = 0;
  return {
    granted,
    acknowledged,
    submitted,
    answerNext: (...answers) => void planned.push(...answers),
    backend: {
      createIntent: async (account) => ({ developerPayload: `v1.${intents++}.${account}` }),
      async submit(account, purchaseData) {
        const { order } = toPaid(purchaseData);
        if (order === undefined)
          return { kind: 'pending', mayFinish: false, final: false, next: 'contact-support', code: 'SUBSCRIPTION_UNSUPPORTED' };
        submitted.push(order.purchaseOrderId);
        const plan = planned.shift();
        if (plan !== undefined) return { ...ANSWER, ...plan };
        const [, , named = account] = order.developerPayload.split('.');
        const owner = granted.get(order.purchaseOrderId) ?? named;
        granted.set(order.purchaseOrderId, owner);
        if (owner === account) return ANSWER;
        return { kind: 'refused', mayFinish: true, final: false, next: 'contact-support', code: 'OWNED_BY_ANOTHER_ACCOUNT' };
      },
      async acknowledge(_account, purchaseOrderId) {
        acknowledged.add(purchaseOrderId);
        return ANSWER;
      },
    },
  };
}
