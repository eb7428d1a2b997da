import { z } from 'zod';
import { HTTP_STATUS } from './http-status.js';
import { ERROR_CODES, type ErrorCode } from '../domain/error-codes.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
const NEXT_STEPS = ['none', 'ask-again', 'fresh-evidence', 'fix-request', 'contact-support'] as const;

export const codeSchema = z.enum(CODES).describe('Public and never renamed; the table is at /docs/errors.');
export const nextSchema = z.enum(NEXT_STEPS).describe('What the caller does next.');
export const finalSchema = z.boolean().describe('True: no repetition of this request will ever be answered otherwise.');
export const mayFinishSchema = z.boolean().describe('The device may call finishPurchase for this order.');
export const messageSchema = z.object({ en: z.string(), zh: z.string() }).describe('For people to read; never decide by it.');

/** An error as every call answers it (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe('Where the code is explained, relative to this server.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: codeSchema,
    final: finalSchema,
    next: nextSchema,
    message: messageSchema,
    correlationId: z.string().describe('Stands in our log beside the cause.'),
    mayFinish: mayFinishSchema.optional(),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457, application/problem+json).' });
export type Problem = z.output<typeof problemSchema>;

export interface ProblemOptions {
  readonly correlationId: string;
  /** Which part of the request is meant: a path of names, never a value. */
  readonly field?: string | undefined;
  readonly mayFinish?: boolean | undefined;
}

export function toProblem(code: ErrorCode, { correlationId, field, mayFinish }: ProblemOptions): Problem {
  const { final, next, en, zh } = ERROR_CODES[code];
  return {
    type: `/docs/errors#${code}`,
    title: en,
    status: HTTP_STATUS[code],
    detail: field === undefined ? en : `${en} (${field})`,
    code,
    final,
    next,
    message: { en, zh },
    correlationId,
    ...(mayFinish === undefined ? {} : { mayFinish }),
  };
}
