import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createAdmit } from './admit.js';
import type { RouteDeps } from './api-route.js';
import { createAuthenticate } from './authenticate.js';
import { toRateKey, type Caller } from './caller.js';
import { answerClientError, answerError, answerErrors } from './error-handler.js';
import { createInFlightLimit } from './in-flight.js';
import { registerRow } from './register-row.js';
import { ROUTE_TABLE } from './route-table.js';
import type { TokenIssuer } from './token-issuers.js';
import { DroplessError } from '../domain/errors.js';
import type { Logger } from '../telemetry/logger.js';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

/** Limits of the API; see docs/configuration.md. */
export interface ApiLimits {
  readonly bodyBytesMax: number;
  readonly rateLimitPerMinute: number;
  readonly badCredentialsPerMinute: number;
  readonly inFlightMax: number;
}

export interface ApiDeps extends Omit<RouteDeps, 'openApi'> {
  readonly limits: ApiLimits;
  readonly tokenIssuers: readonly TokenIssuer[];
  readonly logger: Logger;
  /** Those who only wait for their grant do not count as work in flight. */
  readonly waitingCallers: () => number;
}

/** A body of the largest size over a slow mobile line; past this the connection is only held open. */
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_INTERVAL_MS = 5_000;
/** Nothing is sent or received for this long: longer than the longest wait for a grant. */
const CONNECTION_TIMEOUT_MS = 120_000;
/** Longer than load balancers keep an idle connection, so that it is they who close it. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** An order id of 256 characters, each of them percent-encoded. */
const PARAM_LENGTH_MAX = 768;

/** The HTTP API, not listening yet. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: deps.limits.bodyBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS },
    genReqId: toCorrelationId,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, deps.logger),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id);
  });
  answerErrors(app, deps.logger);
  await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  await app.register(swagger, OPEN_API);
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP: stayOnPlainHttp });
  await app.register(rateLimit, {
    max: deps.limits.rateLimitPerMinute,
    timeWindow: '1 minute',
    // The route's own hook, which authenticates, comes first: the share is the caller's, not the address's.
    hook: 'onRequest',
    keyGenerator: (request) => (request.caller === undefined ? `address:${request.ip}` : toRateKey(request.caller)),
    errorResponseBuilder: () => new DroplessError('RATE_LIMITED'),
  });
  const admit = createAdmit(app, createAuthenticate(deps), deps.limits.badCredentialsPerMinute);
  const limit = createInFlightLimit(deps.limits.inFlightMax, deps.waitingCallers);
  const routeDeps: RouteDeps = { ...deps, openApi: () => ({ ...app.swagger() }) };
  for (const row of ROUTE_TABLE) registerRow(app, row, { deps: routeDeps, admit, limit });
  return app;
}

/** Where no proxy adds TLS, a page that sends its browser to https cannot load its own parts. */
function stayOnPlainHttp(contentSecurityPolicy: string): string {
  return contentSecurityPolicy.replace(' upgrade-insecure-requests;', '');
}

const OPEN_API = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'dropless',
      description: 'Zero lost orders for HarmonyOS in-app purchases. 零掉单。',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
  },
  transform: jsonSchemaTransform,
  transformObject: jsonSchemaTransformObject,
};

/** A caller's own id is taken where it is harmless in a log, so that its log and ours meet. */
function toCorrelationId({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
}
