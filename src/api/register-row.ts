import { finished } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admit } from './admit.js';
import type { Answer, Call, RouteDeps, TableRow } from './api-route.js';
import type { Caller } from './caller.js';
import type { InFlightLimit } from './in-flight.js';
import { HTTP_STATUS } from './http-status.js';
import { PROBLEM_CONTENT_TYPE, problemSchema } from './problem.js';
import { ERROR_CODES, type ErrorCode } from '../domain/error-codes.js';
import { DroplessError } from '../domain/errors.js';

interface RowDeps {
  readonly deps: RouteDeps;
  readonly admit: Admit;
  readonly limit: InFlightLimit;
}

/** Adds one row of the table: its credentials, its schemas, its handler, and its place in the OpenAPI document. */
export function registerRow(app: FastifyInstance, row: TableRow, { deps, admit, limit }: RowDeps): void {
  const { method, url, callers, route } = row;
  const isPublic = callers.some((each) => each === 'public');
  app.route({
    method,
    url,
    schema: toSchema(row, isPublic),
    ...(isPublic && { config: { rateLimit: false } }),
    async onRequest(request, reply) {
      if (isPublic) return;
      const caller = await admit(request, reply);
      if (!callers.some((each) => each === caller.kind)) throw new DroplessError('CALLER_NOT_ALLOWED');
      request.caller = caller;
    },
    async handler(request, reply) {
      const handle = async (): Promise<Answer> => route.handle(deps, toCall(request));
      // Whether the process lives is asked most when it is busy.
      const answer = isPublic ? await handle() : await limit(handle);
      // Called too when the caller has hung up: it may have been a phone that lost its net.
      if (answer.afterwards !== undefined) finished(reply.raw, () => void answer.afterwards?.());
      if (answer.headers !== undefined) reply.headers(answer.headers);
      if (answer.contentType !== undefined) reply.type(answer.contentType);
      return reply.code(answer.status).send(answer.body);
    },
  });
}

function toCall(request: FastifyRequest): Call<unknown, unknown, unknown> {
  return {
    body: request.body,
    params: request.params,
    headers: request.headers,
    correlationId: request.id,
    get caller() {
      return getCaller(request);
    },
  };
}

function getCaller({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new TypeError('a public route asked for its caller');
  return caller;
}

/** What any authenticated call may meet. */
const COMMON_ERRORS = [
  'REQUEST_MALFORMED',
  'REQUEST_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'CREDENTIALS_MISSING',
  'CREDENTIALS_INVALID',
  'CALLER_NOT_ALLOWED',
  'ISSUER_UNAVAILABLE',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'LEDGER_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

function toSchema({ route, callers }: TableRow, isPublic: boolean) {
  const codes = [...new Set([...route.errors, ...(isPublic ? [] : COMMON_ERRORS)])];
  const answers = Object.entries(route.answers).map(([status, { schema, description, contentType = 'application/json' }]) => [
    status,
    { description, content: { [contentType]: { schema } } },
  ]);
  const statuses = [...new Set(codes.map((code) => HTTP_STATUS[code]))];
  const refusals = statuses.map((status) => [
    status,
    {
      description: codes
        .filter((code) => HTTP_STATUS[code] === status)
        .map((code) => `\`${code}\`: ${ERROR_CODES[code].en}`)
        .join(' '),
      content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
    },
  ]);
  const { summary, description, body, params, headers } = route;
  return {
    summary,
    description: `${description} Callers: ${isPublic ? 'anybody' : callers.join(', ')}.`,
    ...(body !== undefined && { body }),
    ...(params !== undefined && { params }),
    ...(headers !== undefined && { headers }),
    ...(!isPublic && { security: [{ bearer: [] }] }),
    response: Object.fromEntries([...refusals, ...answers]) as Record<string, unknown>,
  };
}
