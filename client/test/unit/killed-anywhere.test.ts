import { beforeAll, expect, test } from 'vitest';
import type { Store } from '../../../dev/store/store.js';
import { APPLICATION_ID, createDevice, createTestStore, type App, type Device } from '../support/device';
import { createFakeServer, type FakeServer } from '../support/fake-backend';
import { expectAllDelivered } from '../support/flow-a-checks';

/** As many calls of ports as one purchase takes, before and after each: fewer would mean that some are not seen. */
const POINTS_AT_LEAST = 36;
const DAY_MS = 86_400_000;
const PAIRS = 60;

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

let users = 0;

interface World {
  readonly user: string;
  readonly device: Device;
  readonly server: FakeServer;
  /** Orders that were finished at the store before the server had granted them. */
  readonly early: string[];
}

/** Another device has paid for something already. */
async function createWorld(): Promise<World> {
  const user = `mortal-${users++}`;
  const device = createDevice(store, user);
  const server = createFakeServer();
  const early: string[] = [];
  const { finishPurchase } = device.iap;
  device.iap.finishPurchase = (context, parameter) => {
    if (!server.granted.has(parameter.purchaseOrderId)) early.push(parameter.purchaseOrderId);
    return finishPurchase(context, parameter);
  };
  await store.pay({ user, applicationId: APPLICATION_ID, productId: 'gold300', productType: 0 });
  return { user, device, server, early };
}

/** The player starts the app, which finds the undelivered order, and buys something. */
async function play({ device, server }: World, diesAt?: number): Promise<App> {
  const app = device.launch({ backend: server.backend }, diesAt);
  await app.run(app.kit.login('alice'));
  if (!app.life.dead) await app.run(app.kit.purchase('gold60'));
  return app;
}

async function playWithDeaths(...deaths: readonly number[]): Promise<void> {
  const world = await createWorld();
  for (const death of deaths) await play(world, death);
  const app = world.device.launch({ backend: world.server.backend });
  await app.run(app.kit.login('alice'));
  await world.device.clock.runFor(DAY_MS, app.life);
  expect(world.early).toEqual([]);
  expectAllDelivered(store, world.server, [world.user]);
}

test('killed at any call of a port, before or after its effect, the app delivers and finishes all at its next launch', async () => {
  const { life } = await play(await createWorld());
  const points = life.points.length;
  expect(points).toBeGreaterThanOrEqual(POINTS_AT_LEAST);
  for (let death = 1; death <= points; death++) await playWithDeaths(death);
});

test('killed twice, at any pair of points, it does so at the launch after', async () => {
  let seed = 7;
  const next = () => 1 + ((seed = (seed * 48_271) % 2_147_483_647) % POINTS_AT_LEAST);
  for (let pair = 0; pair < PAIRS; pair++) await playWithDeaths(next(), next());
});
