import type { FastifyInstance } from 'fastify';
import type { TestWorld } from './app.js';
import { createApi } from '../../src/api/app.js';
import { parseTokenIssuers, type TokenIssuer } from '../../src/api/token-issuers.js';
import { createApiKey } from '../../src/ledger/api-keys.js';
import type { Runtime } from '../../src/runtime.js';

export interface TestApi {
  readonly app: FastifyInstance;
  /** A game server's key of the realm `game` in production. */
  readonly key: string;
}

export async function openTestApi(world: TestWorld, runtime: Runtime, issuers: unknown = []): Promise<TestApi> {
  const tokenIssuers: readonly TokenIssuer[] = parseTokenIssuers(issuers);
  const app = await createApi({ ...runtime, limits: world.config().api, tokenIssuers });
  await app.ready();
  return { app, key: await createApiKey(world.database.db, { environment: 'production', realm: 'game' }) };
}

export function bearer(credentials: string): { authorization: string } {
  return { authorization: `Bearer ${credentials}` };
}
