import Fastify, { type FastifyInstance } from 'fastify';
import type { Metrics } from '../telemetry/metrics.js';

/** `/metrics` on a port of its own, not listening yet: it has no credentials, so it stays on this machine unless told otherwise. */
export function createMetricsServer({ registry }: Metrics): FastifyInstance {
  const server = Fastify();
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return server;
}
