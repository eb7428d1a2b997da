import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../support/api.js';
import { createTestWorld, untilEngineUp, type TestWorld } from '../support/app.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { listBalances } from '../../src/ledger/balances.js';

const CALLERS = 500;

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

/** One paid order a caller, presented this long after the first. */
async function buyAll(spreadMs: number): Promise<number[]> {
  const orders = await Promise.all(Array.from({ length: CALLERS }, () => world.pay()));
  return Promise.all(
    orders.map(async ({ purchaseData }, caller) => {
      await delay((spreadMs * caller) / CALLERS);
      const payload = { account: `player-${caller}`, purchaseData };
      const { statusCode } = await api.app.inject({ method: 'POST', url: '/v1/purchases', payload, headers: bearer(api.key) });
      return statusCode;
    }),
  );
}

async function countGranted(): Promise<number | undefined> {
  const { rows } = await world.database.db.query<{ granted: number }>(
    `select count(*)::int as granted from purchases where state = 'granted'`,
  );
  return rows[0]?.granted;
}

async function untilAllGrantedOnce(): Promise<void> {
  await pollUntil(async () => (await countGranted()) === CALLERS, { deadlineMs: 180_000, intervalMs: 500 });
  for (let caller = 0; caller < CALLERS; caller += 1) {
    const balances = await listBalances(world.database.db, world.account(`player-${caller}`));
    expect(balances).toEqual([{ currency: 'gold', amount: 60n }]);
  }
}

// Spread over the outage, some come while nobody knows of it yet, some when callers are no longer sent there; at once, all are
// in the middle of it together.
const OUTAGES = [
  { mode: 'refuse', arrival: 'all at once', spreadMs: 0 },
  { mode: 'hang', arrival: 'all at once', spreadMs: 0 },
  { mode: 'refuse', arrival: 'over a minute', spreadMs: 60_000 },
  { mode: 'hang', arrival: 'over a minute', spreadMs: 60_000 },
] as const;

test.each(OUTAGES)(
  `${CALLERS} callers $arrival get no error while Temporal is in mode $mode, and all are granted once afterwards`,
  async ({ mode, spreadMs }) => {
    await proxy.setMode(mode);
    if (mode === 'refuse') proxy.cutConnections();
    expect(new Set(await buyAll(spreadMs))).toEqual(new Set([202]));
    await proxy.setMode('pass');
    await untilAllGrantedOnce();
  },
);

test(`${CALLERS} callers whom the outage meets on their way get no error, and all are granted once afterwards`, async () => {
  const statuses = buyAll(0);
  await pollUntil(async () => ((await countGranted()) ?? 0) > 0, { deadlineMs: 60_000, intervalMs: 10 });
  await proxy.setMode('refuse');
  proxy.cutConnections();
  for (const status of await statuses) expect([200, 202]).toContain(status);
  await proxy.setMode('pass');
  await untilAllGrantedOnce();
});
