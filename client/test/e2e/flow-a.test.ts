import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../../../test/support/app.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { findPurchase } from '../../../src/ledger/purchases.js';
import { createHttpBackend, type HttpPort } from '../../src/main/ets/core/http-backend';
import { APPLICATION_ID, createDevice, type App, type Device } from '../support/device';
import { createFetchHttp } from '../support/fetch-http';
import type { Life } from '../support/life';
import { openListeningApi, type ListeningApi } from '../support/listening-api';

/** As many calls of ports as the play takes, before and after each: fewer would mean that some are not seen. */
const POINTS_AT_LEAST = 46;
const PAIRS = 12;
const HOUR_MS = 3_600_000;

let world: TestWorld;
let api: ListeningApi;

beforeAll(async () => {
  world = await createTestWorld();
  const runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  api = await openListeningApi(world, runtime);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

interface Player {
  readonly account: string;
  readonly device: Device;
  /** Orders that were finished at the store before the ledger had granted them. */
  readonly early: string[];
}

let players = 0;

function createPlayer(): Player {
  const account = `kit-player-${players++}`;
  const device = createDevice(world.store, account);
  const early: string[] = [];
  const { finishPurchase } = device.iap;
  device.iap.finishPurchase = async (context, parameter) => {
    const purchase = await findPurchase(world.database.db, parameter.purchaseOrderId as PurchaseOrderId);
    if (purchase?.grantedAt === undefined) early.push(parameter.purchaseOrderId);
    return finishPurchase(context, parameter);
  };
  return { account, device, early };
}

/** The app on the player's device, over this line to the API. */
function launch({ device }: Player, { diesAt, line = createFetchHttp() }: { diesAt?: number; line?: HttpPort } = {}): App {
  return device.launch((life, clock) => {
    const http = life.wrap('http', line);
    const { token } = life.wrap('login', { token: (account: string) => api.issuer.sign(account) });
    return { backend: createHttpBackend({ http, baseUrl: api.baseUrl, applicationId: APPLICATION_ID, token, clock }) };
  }, diesAt);
}

/** The app starts, finds what another device paid, and the player buys something. */
async function play(player: Player, app: App): Promise<Life> {
  await app.run(app.kit.login(player.account));
  if (!app.life.dead) await app.run(app.kit.purchase('gold60'));
  return app.life;
}

async function payElsewhere({ account }: Player): Promise<void> {
  await world.pay({ user: account, applicationId: APPLICATION_ID, productId: 'pass30', productType: 3 });
}

/** Everything that was paid is in the ledger once and finished on both sides, and nothing was finished before its grant. */
async function expectAllDelivered({ account, early }: Player): Promise<void> {
  expect(early).toEqual([]);
  for (const productType of [0, 1, 3] as const) {
    const orders = world.store.listOrders({ user: account, applicationId: APPLICATION_ID, environment: 'NORMAL', productType });
    for (const { purchaseOrderId, finished } of orders) {
      expect(finished).toBe(true);
      const purchase = await untilState(world, purchaseOrderId as PurchaseOrderId, 'finished');
      expect(purchase).toMatchObject({ finishedBy: 'client', account: { accountId: account } });
      const { rows } = await world.database.db.query('select 1 from grants where purchase_order_id = $1', [purchaseOrderId]);
      expect(rows.length).toBe(1);
    }
  }
}

async function playToTheEnd(player: Player, line?: HttpPort): Promise<void> {
  const app = launch(player, { ...(line && { line }) });
  await app.run(app.kit.login(player.account));
  await player.device.clock.runFor(HOUR_MS, app.life);
  app.life.kill();
  await expectAllDelivered(player);
}

test('killed at any call of a port, before or after its effect, the app finds all delivered at its next launch', async () => {
  const undisturbed = createPlayer();
  await payElsewhere(undisturbed);
  const points = (await play(undisturbed, launch(undisturbed))).points.length;
  expect(points).toBeGreaterThanOrEqual(POINTS_AT_LEAST);
  for (let diesAt = 1; diesAt <= points; diesAt++) {
    const player = createPlayer();
    await payElsewhere(player);
    await play(player, launch(player, { diesAt }));
    await playToTheEnd(player);
  }
});

test('killed twice, at any pair of points, it does so at the launch after', async () => {
  let seed = 11;
  const next = () => 1 + ((seed = (seed * 48_271) % 2_147_483_647) % POINTS_AT_LEAST);
  for (let pair = 0; pair < PAIRS; pair++) {
    const player = createPlayer();
    await payElsewhere(player);
    await play(player, launch(player, { diesAt: next() }));
    await play(player, launch(player, { diesAt: next() }));
    await playToTheEnd(player);
  }
});

/** A line that is cut at one request, before it is sent or after it was answered. */
function cutAt(request: number, moment: 'before' | 'after'): HttpPort & { readonly requests: () => number } {
  const { request: send } = createFetchHttp();
  let count = 0;
  return {
    requests: () => count,
    async request(message) {
      count++;
      if (count === request && moment === 'before') throw new Error('no network');
      const answer = await send(message);
      if (count === request) throw new Error('no network');
      return answer;
    },
  };
}

test.each(['before', 'after'] as const)(
  'with the network cut at any request, %s its effect, all is delivered in the same life',
  async (moment) => {
    const whole = cutAt(0, moment);
    const undisturbed = createPlayer();
    await payElsewhere(undisturbed);
    await play(undisturbed, launch(undisturbed, { line: whole }));
    expect(whole.requests()).toBe(5);
    for (let request = 1; request <= whole.requests(); request++) {
      const player = createPlayer();
      await payElsewhere(player);
      const app = launch(player, { line: cutAt(request, moment) });
      await play(player, app);
      await player.device.clock.runFor(HOUR_MS, app.life);
      app.life.kill();
      await expectAllDelivered(player);
    }
  },
);
