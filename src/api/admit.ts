import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from './authenticate.js';
import type { Caller } from './caller.js';
import { DroplessError } from '../domain/errors.js';

/**
 * Who sends this request.
 * @throws {DroplessError} what `Authenticate` throws; `RATE_LIMITED` for bad credentials from an address that sent many
 */
export type Admit = (request: FastifyRequest, reply: FastifyReply) => Promise<Caller>;

/**
 * Bounds what bad credentials cost. Only they are counted, by address: good ones from the same address, which may be a
 * carrier's or a load balancer's, are let in however many bad ones come with them.
 */
export function createAdmit(app: FastifyInstance, authenticate: Authenticate, badCredentialsPerMinute: number): Admit {
  const countBad = app.createRateLimit({
    max: badCredentialsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: ({ ip }) => normalizeIP(ip),
  });
  return async (request, reply) => {
    const before = await countBad(request, { increment: false });
    const isSuspect = !before.isAllowed && before.remaining === 0;
    try {
      return await authenticate(request.headers.authorization, isSuspect);
    } catch (error) {
      if (!(error instanceof DroplessError && error.code === 'CREDENTIALS_INVALID')) throw error;
      const bad = await countBad(request);
      if (bad.isAllowed || !bad.isExceeded) throw error;
      reply.header('retry-after', bad.ttlInSeconds);
      throw new DroplessError('RATE_LIMITED', { cause: error });
    }
  };
}
