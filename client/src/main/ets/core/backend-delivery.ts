import { describeError } from './describe-error';
import { createAcknowledgements } from './acknowledgements';
import type { Delivery, Outcome, Refusal } from './delivery';
import { UNFINISHED } from './iap';
import { BackendUnreachableError, type Backend, type BackendAnswer, type Intent, type Logger, type Storage, type Text } from './ports';
import { textOf } from './texts';

export interface BackendDeliveryOptions {
  readonly backend: Backend;
  readonly storage: Storage;
  readonly logger: Logger;
  /** Buy although the server cannot be asked for an intent; such an order belongs to the first account that presents it. */
  readonly buyWithoutIntent: boolean;
}

const ASK_AGAIN_MS = 5_000;

/** Flow A of Huawei's guide: the server verifies, keeps the ledger and grants; the device finishes what was granted. */
export function createBackendDelivery({ backend, storage, logger, buyWithoutIntent }: BackendDeliveryOptions): Delivery {
  const acknowledgements = createAcknowledgements(backend, storage, logger);
  return {
    queries: (productTypes) => productTypes.map((productType) => ({ productType, queryType: UNFINISHED })),
    async announce(account, product, quantity) {
      const answer = await orUnreachable(() => backend.createIntent(account, product, quantity), logger);
      if (answer instanceof BackendUnreachableError) return buyWithoutIntent ? { developerPayload: '' } : refusal('BACKEND_UNREACHABLE');
      return isIntent(answer) ? answer : refusal(answer.code ?? 'BACKEND_UNREACHABLE', answer);
    },
    async deliver(account, { purchaseData, order }) {
      const answer = await orUnreachable(() => backend.submit(account, purchaseData), logger);
      if (answer instanceof BackendUnreachableError) return unreachable(answer.retryAfterMs);
      const { purchaseOrderId = order?.purchaseOrderId } = answer;
      return purchaseOrderId === order?.purchaseOrderId || order === undefined ? toOutcome(answer) : unreachable(0);
    },
    beforeFinish: (account, order) => acknowledgements.expect(account, order),
    afterFinish: (account, { purchaseOrderId }) => acknowledgements.confirm(account, purchaseOrderId),
    afterQuery: (account, query, paid) => acknowledgements.inferFinished(account, query.productType, paid),
    settle: (account) => acknowledgements.settle(account),
  };
}

function unreachable(retryAfterMs: number): Outcome {
  const message = textOf('DELIVERY_DELAYED');
  return { kind: 'pending', mayFinish: false, code: 'BACKEND_UNREACHABLE', message, retryAfterMs: Math.max(retryAfterMs, ASK_AGAIN_MS) };
}

/** Whatever an injected backend throws, nothing is known of the effect; the order is presented again. */
async function orUnreachable<Answer>(ask: () => Promise<Answer>, logger: Logger): Promise<Answer | BackendUnreachableError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BackendUnreachableError) return error;
    logger.warn(`The backend failed: ${describeError(error)}`);
    return new BackendUnreachableError('The backend failed.');
  }
}

function isIntent(answer: Intent | BackendAnswer): answer is Intent {
  return (answer as Intent).developerPayload !== undefined;
}

/** The server's sentences speak of an order that was paid; here none was. */
function refusal(code: string, answer?: BackendAnswer): Refusal {
  return { code, message: textOf(code, answer && toMessage(answer)) };
}

function toOutcome(answer: BackendAnswer): Outcome {
  const { mayFinish, code = '', retryAfterMs = 0 } = answer;
  const kind = toKind(answer);
  // A person's decision is asked after at each trigger; all else, a token that was refused too, by itself.
  const again = kind === 'pending' && answer.next !== 'contact-support' ? Math.max(retryAfterMs, ASK_AGAIN_MS) : 0;
  return { kind, mayFinish: mayFinish || kind === 'granted', code, message: toMessage(answer), retryAfterMs: again };
}

/** What the server says to whoever wrote the app is nothing for the player. */
function toMessage({ next, code = '', message }: BackendAnswer): Text {
  return next === 'fix-request' || message === undefined ? textOf(code) : message;
}

function toKind({ kind, code, next, final }: BackendAnswer): Outcome['kind'] {
  if (kind === 'granted' || kind === 'finished') return 'granted';
  if (code === 'OWNED_BY_ANOTHER_ACCOUNT') return 'owned-elsewhere';
  if (next === 'fresh-evidence') return 'fresh-evidence';
  // What is not final is paid and waits: for us, for a person, or for the app's next launch.
  return final ? 'failed' : 'pending';
}
