import { createBackendDelivery } from '../../src/main/ets/core/backend-delivery';
import type { Delivery, Outcome } from '../../src/main/ets/core/delivery';
import {
  createHttpBackend,
  type HttpAnswer,
  type HttpBackendOptions,
  type HttpPort,
  type HttpRequest,
} from '../../src/main/ets/core/http-backend';
import type { Backend, BackendAnswer } from '../../src/main/ets/core/ports';
import { createLife } from './life';
import { createMemoryStorage } from './memory-storage';
import { createVirtualClock } from './virtual-clock';

/** A server whose answers a test writes down beforehand; an error is a line that is cut. */
export type Script = readonly (HttpAnswer | Error)[];

export interface ScriptedServer {
  readonly backend: Backend;
  /** Every request, with the time it came at, since the first one. */
  readonly requests: readonly (HttpRequest & { readonly atMs: number })[];
  /** Lets virtual time pass until this is settled. */
  run<Value>(promise: Promise<Value>): Promise<Value>;
}

/** dropless's API as JSON over HTTP; the last line of the script is repeated. */
export function createScriptedServer(script: Script, options: Partial<HttpBackendOptions> = {}): ScriptedServer {
  const clock = createVirtualClock();
  const life = createLife();
  const requests: (HttpRequest & { readonly atMs: number })[] = [];
  let startedAt: number | undefined;
  const http: HttpPort = {
    async request(request) {
      startedAt ??= clock.now();
      const answer = script[Math.min(requests.length, script.length - 1)] ?? new Error('nothing is written down');
      requests.push({ ...request, atMs: clock.now() - startedAt });
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const backend = createHttpBackend({
    http,
    baseUrl: 'https://purchases.example.com',
    applicationId: '5765880207854356261',
    token: async (account) => `token-of-${account}`,
    clock: clock.forLife(life),
    random: () => 1,
    ...options,
  });
  return {
    backend,
    requests,
    async run(promise) {
      await clock.runUntil(promise, life);
      return promise;
    },
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(body) };
}

/** An error as the API words it. */
export function problem(status: number, code: string, rest: object = {}, headers: Record<string, string> = {}): HttpAnswer {
  const body = {
    type: `/docs/errors#${code}`,
    status,
    code,
    final: false,
    next: 'ask-again',
    message: { en: 'A sentence.', zh: '一句话。' },
    ...rest,
  };
  return json(status, body, { 'content-type': 'application/problem+json', ...headers });
}

export const ORDER_ID = '20261124171639570785bd293e.5765880207854356261';

/** The API's bodies, as docs/api.md has them. */
export const GRANTED = {
  purchaseOrderId: ORDER_ID,
  state: 'granted',
  final: true,
  mayFinish: true,
  next: 'none',
  goods: { currencies: [], entitlements: [] },
};
export const PENDING_BODY = {
  purchaseOrderId: ORDER_ID,
  state: 'received',
  code: 'PENDING',
  final: false,
  mayFinish: false,
  next: 'ask-again',
  retryAfterMs: 2_000,
};

export function submit(
  script: Script,
  options: Partial<HttpBackendOptions> = {},
): { server: ScriptedServer; answer: Promise<BackendAnswer> } {
  const server = createScriptedServer(script, options);
  return { server, answer: server.run(server.backend.submit('alice', '{"type":0}')) };
}

/** Flow A of the kit, on this server. */
export function openDelivery({ backend }: ScriptedServer): Delivery {
  const logger = { info() {}, warn() {} };
  return createBackendDelivery({ backend, storage: createMemoryStorage(), logger, buyWithoutIntent: false });
}

/** What the kit makes of it, the order on the device being `ORDER_ID`. */
export function deliver(script: Script): Promise<Outcome> {
  const server = createScriptedServer(script);
  const order = {
    purchaseOrderId: ORDER_ID,
    purchaseToken: 't',
    productId: 'gold60',
    productType: 0,
    developerPayload: '',
    finishStatus: '2',
  } as const;
  return server.run(openDelivery(server).deliver('alice', { purchaseData: '{}', order }));
}
