import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Answer, ApiRoute, RouteDeps, TableRow } from './api-route.js';
import type { Authenticate } from './authenticate.js';
import type { Caller } from './caller.js';
import { HTTP_STATUS } from './http-status.js';
import { PROBLEM_CONTENT_TYPE, problemSchema } from './problem.js';
import { DroplessError } from '../domain/errors.js';

/** Adds one row of the table: its credentials, its schemas, its handler, and its place in the OpenAPI document. */
export function registerRow(app: FastifyInstance, row: TableRow, deps: RouteDeps, authenticate: Authenticate): void {
  const { method, url, callers, route } = row;
  const isPublic = callers.some((each) => each === 'public');
  app.route({
    method,
    url,
    schema: toSchema(route, isPublic),
    ...(isPublic && { config: { rateLimit: false } }),
    async onRequest(request) {
      if (isPublic) return;
      const caller = await authenticate(request.headers.authorization);
      if (!callers.some((each) => each === caller.kind)) throw new DroplessError('CALLER_NOT_ALLOWED');
      request.caller = caller;
    },
    async handler(request, reply) {
      const answer: Answer = await route.handle(deps, {
        body: request.body,
        params: request.params,
        headers: request.headers,
        correlationId: request.id,
        get caller() {
          return getCaller(request);
        },
      });
      if (answer.afterwards !== undefined) reply.raw.once('close', () => void answer.afterwards?.());
      if (answer.headers !== undefined) reply.headers(answer.headers);
      if (answer.contentType !== undefined) reply.type(answer.contentType);
      return reply.code(answer.status).send(answer.body);
    },
  });
}

function getCaller({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new TypeError('a public route asked for its caller');
  return caller;
}

/** What any authenticated call may meet. */
const COMMON_ERRORS = [
  'REQUEST_MALFORMED',
  'REQUEST_TOO_LARGE',
  'CREDENTIALS_MISSING',
  'CREDENTIALS_INVALID',
  'CALLER_NOT_ALLOWED',
  'ISSUER_UNAVAILABLE',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'LEDGER_UNAVAILABLE',
] as const;

function toSchema(route: ApiRoute, isPublic: boolean) {
  const codes = [...new Set([...route.errors, ...(isPublic ? [] : COMMON_ERRORS)])];
  const answers = Object.entries(route.answers).map(([status, { schema, description }]) => [status, schema.describe(description)]);
  const statuses = [...new Set(codes.map((code) => HTTP_STATUS[code]))];
  const refusals = statuses.map((status) => [
    status,
    {
      description: codes.filter((code) => HTTP_STATUS[code] === status).join(', '),
      content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
    },
  ]);
  const { summary, description, body, params, headers } = route;
  return {
    summary,
    description,
    ...(body !== undefined && { body }),
    ...(params !== undefined && { params }),
    ...(headers !== undefined && { headers }),
    ...(!isPublic && { security: [{ bearer: [] }] }),
    response: { ...Object.fromEntries(refusals), ...Object.fromEntries(answers) } as Record<number, z.ZodType>,
  };
}
