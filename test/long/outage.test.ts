import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../support/api.js';
import { createTestWorld, untilEngineUp, type TestWorld } from '../support/app.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { listBalances } from '../../src/ledger/balances.js';

const CALLERS = 500;
const OUTAGE_MS = 60_000;

let world: TestWorld;
let proxy: TcpProxy;
let api: TestApi;
beforeEach(async () => {
  world = await createTestWorld();
  const { port } = new URL(`tcp://${world.config().temporal.connectionOptions.address}`);
  proxy = await openTcpProxy({ port: Number(port) });
  const fulfilment = { strandedAfterMs: 1_000, restartStrandedIntervalMs: 5_000 };
  const runtime = await world.openRuntime({}, { temporalAddress: proxy.address, fulfilment });
  await untilEngineUp(runtime);
  api = await openTestApi(world, runtime);
});
afterEach(async () => {
  await proxy.setMode('pass');
  await api.app.close();
  await world.close();
  await proxy.close();
});

async function buy(caller: number): Promise<number> {
  // Spread over the outage: some come while nobody knows of it yet, some when callers are no longer sent there.
  await delay((OUTAGE_MS * caller) / CALLERS);
  const { purchaseData } = await world.pay();
  const payload = { account: `player-${caller}`, purchaseData };
  const { statusCode } = await api.app.inject({ method: 'POST', url: '/v1/purchases', payload, headers: bearer(api.key) });
  return statusCode;
}

async function countGranted(): Promise<number | undefined> {
  const { rows } = await world.database.db.query<{ granted: number }>(
    `select count(*)::int as granted from purchases where state = 'granted'`,
  );
  return rows[0]?.granted;
}

for (const mode of ['refuse', 'hang'] as const) {
  test(`${CALLERS} callers through a minute of Temporal in mode ${mode} get no error, and all are granted once afterwards`, async () => {
    await proxy.setMode(mode);
    if (mode === 'refuse') proxy.cutConnections();
    const statuses = await Promise.all(Array.from({ length: CALLERS }, (_, caller) => buy(caller)));
    expect(new Set(statuses)).toEqual(new Set([202]));
    await proxy.setMode('pass');
    await pollUntil(async () => (await countGranted()) === CALLERS, { deadlineMs: 180_000, intervalMs: 500 });
    for (const [caller] of statuses.entries()) {
      const balances = await listBalances(world.database.db, world.account(`player-${caller}`));
      expect(balances).toEqual([{ currency: 'gold', amount: 60n }]);
    }
  });
}
