import { readAnswer, type ReadAnswer, type Wanted } from './http-answer';
import { BackendUnreachableError, type Backend, type BackendAnswer, type Clock, type Intent } from './ports';
import { sleep } from './sleep';
import { withTimeLimit } from './time-limit';

/** One request over the device's network. Throws when there is no answer. */
export interface HttpPort {
  request(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Milliseconds, for the whole exchange. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface HttpBackendOptions {
  readonly http: HttpPort;
  /** Where dropless's API is, without a slash at its end. */
  readonly baseUrl: string;
  readonly applicationId: string;
  /** The token of this account, of the game's own login; asked for at each request, and never another account's. */
  readonly token: (account: string) => Promise<string>;
  readonly clock: Clock;
  /** Milliseconds for one request; none is tried again when so much time has passed. @default 10000 */
  readonly timeoutMs?: number;
  /** Between 0 and 1. @default Math.random */
  readonly random?: () => number;
}

const TIMEOUT_MS = 10_000;
/** What is not answered after so many tries is asked for again by the kit, at its own pace. */
const TRIES = 3;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** The server has waited for the grant already; a few more questions spare the player the next round. */
const PENDING_QUESTIONS = 3;
const PENDING_DELAY_MS = 2_000;

/** dropless's API (docs/api.md) as the kit's backend. */
export function createHttpBackend(options: HttpBackendOptions): Backend {
  const { http, baseUrl, applicationId, token, clock, timeoutMs = TIMEOUT_MS, random = Math.random } = options;

  async function post(account: string, path: string, body: object): Promise<HttpAnswer> {
    const bearer = await withTimeLimit(clock, timeoutMs, () => token(account));
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    return http.request({ method: 'POST', url: `${baseUrl}${path}`, headers, body: JSON.stringify(body), timeoutMs });
  }

  /** The server's own answer, after a few tries; a lost line, a server in trouble and somebody else's page are none. */
  async function ask(account: string, wanted: Wanted, path: string, body: object): Promise<BackendAnswer | Intent> {
    const startedAt = clock.now();
    let repeated = false;
    for (let attempt = 1; ; attempt++) {
      const read = (answer: HttpAnswer) => readAnswer(answer, wanted);
      const { answer, again, retryAfterMs } = await post(account, path, { ...body, account }).then(read, () => NO_ANSWER);
      const isLast = attempt === TRIES || clock.now() - startedAt >= timeoutMs;
      if (answer !== undefined && (!again || repeated || isLast)) return answer;
      if (isLast || retryAfterMs > LONGEST_DELAY_MS) throw new BackendUnreachableError('The server cannot be reached.', retryAfterMs);
      repeated ||= answer !== undefined;
      const delayMs = FIRST_DELAY_MS * 2 ** attempt * (0.5 + random() / 2);
      await sleep(clock, Math.max(delayMs, retryAfterMs));
    }
  }

  async function askForAnswer(account: string, wanted: Wanted, path: string, body: object): Promise<BackendAnswer> {
    const answer = await ask(account, wanted, path, body);
    if ('kind' in answer) return answer;
    throw new BackendUnreachableError('The server answered something else.');
  }

  return {
    createIntent: (account, { productId }, quantity) =>
      ask(account, 'intent', '/v1/purchase-intents', { applicationId, productId, quantity }),
    async submit(account, purchaseData) {
      for (let question = 1; ; question++) {
        const answer = await askForAnswer(account, 'purchase', '/v1/purchases', { purchaseData });
        const { kind, code, retryAfterMs = 0 } = answer;
        const isOnItsWay = kind === 'pending' && code === 'PENDING' && retryAfterMs <= LONGEST_DELAY_MS;
        if (!isOnItsWay || question > PENDING_QUESTIONS) return answer;
        await sleep(clock, Math.max(retryAfterMs, PENDING_DELAY_MS));
      }
    },
    async acknowledge(account, purchaseOrderId) {
      const path = `/v1/purchases/${encodeURIComponent(purchaseOrderId)}/acknowledgement`;
      const answer = await askForAnswer(account, 'acknowledgement', path, {});
      if ((answer.purchaseOrderId ?? purchaseOrderId) === purchaseOrderId) return answer;
      throw new BackendUnreachableError('The server answered about another order.');
    },
  };
}

const NO_ANSWER: ReadAnswer = { answer: undefined, again: true, retryAfterMs: 0 };
