import type { HttpAnswer } from './http-backend';
import type { BackendAnswer, Intent, Text } from './ports';

export interface ReadAnswer {
  /** Undefined: not an answer of the server's, or one of a server in trouble. */
  readonly answer: BackendAnswer | Intent | undefined;
  /** The same request may be answered otherwise in a moment. */
  readonly again: boolean;
  readonly retryAfterMs: number;
}

/** What was asked for, and what alone counts as having been answered. */
export type Wanted = 'intent' | 'purchase' | 'acknowledgement';

/** What the API's bodies may hold (docs/api.md); each field is looked at before it is believed. */
interface Body {
  readonly developerPayload?: string;
  readonly purchaseOrderId?: string;
  readonly state?: string;
  readonly code?: string;
  readonly final?: boolean;
  readonly mayFinish?: boolean;
  readonly next?: string;
  readonly message?: Text;
}

const NEXT_STEPS: readonly string[] = ['none', 'ask-again', 'fresh-evidence', 'fix-request', 'contact-support'];

/** A captive portal answers 200 as well: only what reads like the API's own answer to this very request counts. */
export function readAnswer({ status, headers, body }: HttpAnswer, wanted: Wanted): ReadAnswer {
  const retryAfterMs = 1_000 * (Number(headers['retry-after'] ?? 0) || 0);
  const read = (headers['content-type'] ?? '').includes('json') ? parse(body) : undefined;
  if (read === undefined || status === 429 || status >= 500) return { answer: undefined, again: true, retryAfterMs };
  const answer = status < 300 && status !== 202 ? readSuccess(read, wanted) : readWord(read, status === 202 ? 'pending' : 'refused', retryAfterMs);
  // A token may have run out on its way.
  return { answer, again: answer === undefined || status === 401, retryAfterMs };
}

function parse(body: string): Body | undefined {
  try {
    const read = JSON.parse(body) as Body | null;
    return typeof read === 'object' && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}

function readSuccess(body: Body, wanted: Wanted): BackendAnswer | Intent | undefined {
  const { developerPayload, purchaseOrderId, state, mayFinish } = body;
  if (wanted === 'intent') return typeof developerPayload === 'string' && developerPayload !== '' ? { developerPayload } : undefined;
  // The word for somebody else's order is acknowledged without content.
  if (wanted === 'acknowledgement') return { kind: 'granted', mayFinish: false, final: true, next: 'none' };
  if ((state !== 'granted' && state !== 'finished') || mayFinish !== true || typeof purchaseOrderId !== 'string') return undefined;
  return { kind: state, mayFinish, final: true, next: 'none', purchaseOrderId };
}

function readWord(body: Body, kind: 'pending' | 'refused', retryAfterMs: number): BackendAnswer | undefined {
  const { code, final, next, message, mayFinish } = body;
  if (typeof code !== 'string' || typeof final !== 'boolean' || !NEXT_STEPS.includes(next ?? '')) return undefined;
  const word = { kind, code, final, mayFinish: mayFinish === true, next: next as BackendAnswer['next'], retryAfterMs };
  return isText(message) ? { ...word, message } : word;
}

function isText(message: Text | undefined): message is Text {
  return typeof message?.zh === 'string' && typeof message.en === 'string';
}
