import { z } from 'zod';
import { defineRoute } from '../api-route.js';
import { ERROR_CODES } from '../../domain/error-codes.js';

export const openApi = defineRoute({
  summary: 'This API as OpenAPI 3.1',
  description: 'Made from the schemas that validate the calls.',
  answers: { 200: { description: 'The document.', schema: z.record(z.string(), z.unknown()) } },
  errors: [],
  handle: (deps) => ({ status: 200, body: deps.openApi() }),
});

export const listErrors = defineRoute({
  summary: 'Every error code',
  description: 'What each code means, whether it is final, and what the caller does next.',
  answers: { 200: { description: 'By code.', schema: z.record(z.string(), z.unknown()) } },
  errors: [],
  handle: () => ({ status: 200, body: ERROR_CODES }),
});
