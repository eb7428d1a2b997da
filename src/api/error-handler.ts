import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { findRetryAfterSeconds } from './http-status.js';
import { PROBLEM_CONTENT_TYPE, toProblem } from './problem.js';
import type { ErrorCode } from '../domain/error-codes.js';
import { DroplessError } from '../domain/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** The one place where an error becomes an answer: its code and what to do; the cause stays in the log. */
export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger));
  app.setNotFoundHandler((request, reply) => answerError(new DroplessError('ROUTE_NOT_FOUND'), request, reply, logger));
}

export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const error = toDroplessError(thrown);
  const problem = toProblem(error.code, { correlationId: request.id, field: error.field });
  const retryAfter = findRetryAfterSeconds(error.code);
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  // The route's pattern, not the address called: that one names accounts.
  const fields = { correlationId: request.id, route: request.routeOptions.url, code: error.code, error };
  logger[problem.status >= 500 ? 'error' : 'info'](fields, 'refused');
  // Serialised here: an error may meet a route whose schema does not list it.
  return reply
    .code(problem.status)
    .header('x-correlation-id', request.id)
    .type(PROBLEM_CONTENT_TYPE)
    .serializer(JSON.stringify)
    .send(problem);
}

const CLIENT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'REQUEST_TOO_LARGE',
};

/** What is not HTTP, or does not arrive, never becomes a request: it is answered on the bare connection. */
export function answerClientError({ code = '' }: Error & { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = randomUUID();
  const problem = toProblem(CLIENT_ERRORS[code] ?? 'REQUEST_MALFORMED', { correlationId });
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Refused`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-correlation-id: ${correlationId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function toDroplessError(error: unknown): DroplessError {
  if (error instanceof DroplessError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    // Names only: the values may be somebody's evidence.
    const names = error.validation[0]?.instancePath.split('/').filter((name) => name !== '') ?? [];
    return new DroplessError('REQUEST_MALFORMED', { field: [error.validationContext ?? 'request', ...names].join('.') });
  }
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DroplessError('REQUEST_TOO_LARGE');
  if (statusCode >= 500) return new DroplessError('INTERNAL_ERROR', { cause: error });
  // Not the parser's own error: it quotes what it could not read.
  const isBody = code.startsWith('FST_ERR_CTP') || error instanceof SyntaxError;
  return new DroplessError('REQUEST_MALFORMED', { field: isBody ? 'body' : 'address' });
}
