import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { findRetryAfterSeconds } from './http-status.js';
import { PROBLEM_CONTENT_TYPE, toProblem } from './problem.js';
import { DroplessError } from '../domain/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** The one place where an error becomes an answer: its code and what to do; the cause stays in the log. */
export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => answer(toDroplessError(error), request, reply, logger));
  app.setNotFoundHandler((request, reply) => answer(new DroplessError('ROUTE_NOT_FOUND'), request, reply, logger));
}

async function answer(error: DroplessError, { id, url }: FastifyRequest, reply: FastifyReply, logger: Logger): Promise<FastifyReply> {
  const problem = toProblem(error.code, { correlationId: id, field: error.field });
  const retryAfter = findRetryAfterSeconds(error.code);
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter);
  const level = problem.status >= 500 ? 'error' : 'info';
  logger[level]({ correlationId: id, route: url.split('?')[0], code: error.code, error }, 'refused');
  // Serialised here: an error may meet a route whose schema does not list it.
  return reply.code(problem.status).type(PROBLEM_CONTENT_TYPE).serializer(JSON.stringify).send(problem);
}

function toDroplessError(error: unknown): DroplessError {
  if (error instanceof DroplessError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    // Names only: the values may be somebody's evidence.
    const [fault] = error.validation;
    const path = `${error.validationContext ?? 'request'}${fault?.instancePath ?? ''}`;
    return new DroplessError('REQUEST_MALFORMED', { field: path });
  }
  const { code, statusCode = 500 } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DroplessError('REQUEST_TOO_LARGE');
  return new DroplessError(statusCode < 500 ? 'REQUEST_MALFORMED' : 'INTERNAL_ERROR', { cause: error });
}
