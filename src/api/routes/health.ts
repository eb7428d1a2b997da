import { z } from 'zod';
import { defineRoute } from '../api-route.js';

export const livez = defineRoute({
  summary: 'Is the process alive',
  description: 'Says nothing of the database or Temporal.',
  answers: { 200: { description: 'It is.', schema: z.object({ alive: z.literal(true) }) } },
  errors: [],
  handle: () => ({ status: 200, body: { alive: true } }),
});

export const readyz = defineRoute({
  summary: 'Can it take purchases',
  description: 'Depends on PostgreSQL and the schema. Without Temporal purchases are taken all the same, and granted when it is back.',
  answers: { 200: { description: 'It can.', schema: z.object({ ready: z.literal(true), temporal: z.enum(['up', 'down']) }) } },
  errors: ['LEDGER_UNAVAILABLE', 'SCHEMA_TOO_OLD', 'SCHEMA_TOO_NEW'],
  async handle({ checkReady, engineUp }) {
    await checkReady();
    return { status: 200, body: { ready: true, temporal: engineUp() ? 'up' : 'down' } };
  },
});
