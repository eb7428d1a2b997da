import type { AddressInfo } from 'node:net';
import { openTestApi } from '../../../test/support/api.js';
import type { TestWorld } from '../../../test/support/app.js';
import { createTestIssuer, type TestIssuer } from '../../../test/support/player-tokens.js';
import type { Runtime } from '../../../src/runtime.js';

/** The real API at an address, and the login service whose players it takes. */
export interface ListeningApi {
  readonly port: number;
  readonly baseUrl: string;
  readonly issuer: TestIssuer;
  close(): Promise<void>;
}

export async function openListeningApi(world: TestWorld, runtime: Runtime): Promise<ListeningApi> {
  const issuer = await createTestIssuer();
  const { app } = await openTestApi(world, runtime, [issuer.entry]);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { port, baseUrl: `http://127.0.0.1:${port}`, issuer, close: () => app.close() };
}
