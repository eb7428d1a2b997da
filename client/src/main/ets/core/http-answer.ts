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

/** What a success of each request is answered with; any other status below 400 is somebody else's. */
const SUCCESS_STATUS: Readonly<Record<Wanted, number>> = { intent: 201, purchase: 200, acknowledgement: 200 };
const LONGEST_RETRY_AFTER_MS = 600_000;

/** A captive portal answers 200 as well: only what reads like the API's own answer to this very request counts. */
export function readAnswer({ status, headers, body }: HttpAnswer, wanted: Wanted): ReadAnswer {
  const retryAfterMs = readRetryAfter(headers['retry-after']);
  const read = (headers['content-type'] ?? '').includes('json') ? parse(body) : undefined;
  const isInTrouble = status === 429 || status >= 500;
  const answer = read === undefined || isInTrouble ? undefined : readBody(status, read, wanted, retryAfterMs);
  // A token may have run out on its way, and a request may have come too slowly.
  return { answer, again: answer === undefined || status === 401 || status === 408, retryAfterMs };
}

/** A time that is no number, or past all reason, is none. */
function readRetryAfter(seconds = ''): number {
  const ms = 1_000 * Number(seconds);
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : 0;
}

function readBody(status: number, body: Body, wanted: Wanted, retryAfterMs: number): BackendAnswer | Intent | undefined {
  if (status === SUCCESS_STATUS[wanted]) return readSuccess(body, wanted);
  if (status === 202 && wanted === 'purchase') return readWord(body, 'pending', retryAfterMs);
  return status >= 400 ? readWord(body, 'refused', retryAfterMs) : undefined;
}

function parse(body: string): Body | undefined {
  try {
    const read = JSON.parse(body) as Body | null;
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function readSuccess(body: Body, wanted: Wanted): BackendAnswer | Intent | undefined {
  const { developerPayload, purchaseOrderId, state, mayFinish } = body;
  if (wanted === 'intent') return typeof developerPayload === 'string' && developerPayload !== '' ? { developerPayload } : undefined;
  if (wanted === 'acknowledgement') return readAcknowledged(body);
  if ((state !== 'granted' && state !== 'finished') || mayFinish !== true || typeof purchaseOrderId !== 'string') return undefined;
  return { kind: state, mayFinish, final: true, next: 'none', purchaseOrderId };
}

function readAcknowledged(body: Body): BackendAnswer | undefined {
  const { purchaseOrderId, state } = body;
  const taken: BackendAnswer = { kind: 'granted', mayFinish: false, final: true, next: 'none' };
  // The word on somebody else's order is taken without content.
  if (Object.keys(body).length === 0) return taken;
  return typeof purchaseOrderId === 'string' && typeof state === 'string' ? { ...taken, purchaseOrderId } : undefined;
}

function readWord(body: Body, kind: 'pending' | 'refused', retryAfterMs: number): BackendAnswer | undefined {
  const { code, final, next, message, mayFinish, purchaseOrderId } = body;
  if (typeof code !== 'string' || typeof final !== 'boolean' || !NEXT_STEPS.includes(next ?? '')) return undefined;
  return {
    kind,
    code,
    final,
    mayFinish: mayFinish === true,
    next: next as BackendAnswer['next'],
    retryAfterMs,
    ...(isText(message) && { message }),
    ...(typeof purchaseOrderId === 'string' && { purchaseOrderId }),
  };
}

function isText(message: Text | undefined): message is Text {
  return typeof message?.zh === 'string' && typeof message.en === 'string';
}
