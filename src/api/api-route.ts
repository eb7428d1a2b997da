import type { z } from 'zod';
import type { Caller, CallerKind } from './caller.js';
import { PROBLEM_CONTENT_TYPE, toProblem } from './problem.js';
import type { ErrorCode } from '../domain/error-codes.js';
import type { Fulfilment } from '../fulfilment/create-fulfilment.js';
import type { Database } from '../ledger/database.js';
import type { Metrics } from '../telemetry/metrics.js';

/** All that the routes work with. */
export interface RouteDeps {
  readonly fulfilment: Pick<Fulfilment, 'createIntent' | 'submit' | 'acknowledge' | 'describe'>;
  readonly db: Database;
  readonly metrics: Pick<Metrics, 'submitAnswers'>;
  /** @throws {DroplessError} `LEDGER_UNAVAILABLE`, `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW` */
  readonly checkReady: () => Promise<void>;
  readonly engineUp: () => boolean;
  readonly openApi: () => Readonly<Record<string, unknown>>;
}

/** One request, authenticated and of the route's shape. */
export interface Call<Body, Params, Headers> {
  readonly body: Body;
  readonly params: Params;
  readonly headers: Headers;
  /** Throws on a public route, which has none. */
  readonly caller: Caller;
  readonly correlationId: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** JSON, unless told otherwise. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code, where it is not a plain success: for the log. */
  readonly code?: ErrorCode | undefined;
  /** What is left to do once the caller has its answer, or has gone away. Never rejects. */
  readonly afterwards?: () => Promise<void>;
}

export interface AnswerSpec {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly contentType?: string;
}

/** What a route takes and answers: the validation, the OpenAPI document and the types of `handle` are made from it. */
export interface ApiRoute<Body = unknown, Params = unknown, Headers = unknown> {
  readonly summary: string;
  readonly description: string;
  readonly body?: z.ZodType<Body>;
  readonly params?: z.ZodType<Params>;
  readonly headers?: z.ZodType<Headers>;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** The codes of its own; those that any call may meet are added. */
  readonly errors: readonly ErrorCode[];
  handle(deps: RouteDeps, call: Call<Body, Params, Headers>): Promise<Answer> | Answer;
}

export interface TableRow {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly callers: readonly ['public'] | readonly CallerKind[];
  readonly route: ApiRoute;
}

/** Infers the types of `handle` from the schemas beside it. */
export function defineRoute<Body, Params, Headers>(route: ApiRoute<Body, Params, Headers>): ApiRoute<Body, Params, Headers> {
  return route;
}

/** An error with more to say than its code. */
export function toProblemAnswer(code: ErrorCode, correlationId: string, mayFinish: boolean): Answer {
  const body = toProblem(code, { correlationId, mayFinish });
  return { status: body.status, body, contentType: PROBLEM_CONTENT_TYPE, code };
}
