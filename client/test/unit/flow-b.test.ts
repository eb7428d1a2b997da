import { beforeAll, describe, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore, type Store } from '../../../dev/store/store.js';
import { createLocalDelivery, type LocalGoods } from '../../src/main/ets/core/local/create-local-delivery';
import type { Storage } from '../../src/main/ets/core/ports';
import { APPLICATION_ID, createDevice, type App, type Device } from '../support/device';
import type { Life } from '../support/life';
import { createMemoryStorage } from '../support/memory-storage';
import { webCrypto } from '../support/web-crypto';

/** As many calls of ports as the play takes, before and after each: fewer would mean that some are not seen. */
const POINTS_AT_LEAST = 60;
const PAIRS = 40;
const DAY_MS = 86_400_000;
const GOLD: Readonly<Record<string, number>> = { gold60: 60, gold300: 300, pass30: 0 };

interface Purse {
  readonly gold: number;
  readonly passes: number;
}

let store: Store;
let trustedRoots: readonly string[];
beforeAll(async () => {
  const pki = await createStorePki();
  store = createStore({ pki, clock: () => new Date() });
  trustedRoots = [pki.rootFingerprint];
});

let users = 0;

interface World {
  readonly user: string;
  readonly device: Device;
  readonly values: Map<string, string>;
  /** Orders that were finished at the store before they stood on the disk. */
  readonly early: string[];
}

function createWorld(environment: 'NORMAL' | 'SANDBOX' = 'NORMAL'): World {
  const user = `standalone-${users++}`;
  const device = createDevice(store, user, { environment });
  const values = new Map<string, string>();
  const early: string[] = [];
  const { finishPurchase } = device.iap;
  device.iap.finishPurchase = (context, parameter) => {
    const isStored = [...values.values()].some((text) => text.includes(parameter.purchaseOrderId));
    if (!isStored) early.push(parameter.purchaseOrderId);
    return finishPurchase(context, parameter);
  };
  return { user, device, values, early };
}

interface Game extends App {
  readonly goods: LocalGoods<Purse>;
}

function launch({ device, values }: World, diesAt?: number, tear: (storage: Storage, life: Life) => Storage = (storage) => storage): Game {
  let goods: LocalGoods<Purse> | undefined;
  const app = device.launch((life) => {
    goods = createLocalDelivery<Purse>({
      crypto: life.wrap('crypto', webCrypto),
      applicationId: APPLICATION_ID,
      environments: ['NORMAL', 'SANDBOX'],
      trustedRoots,
      initial: { gold: 0, passes: 0 },
      apply: ({ gold, passes }, { productId, quantity }) => ({
        gold: gold + (GOLD[productId] ?? 0) * quantity,
        passes: passes + (productId === 'pass30' ? quantity : 0),
      }),
    });
    return { local: goods, storage: tear(createMemoryStorage(values), life) };
  }, diesAt);
  if (goods === undefined) throw new Error('The kit was not made.');
  return { ...app, goods };
}

const pay = (user: string, productId: string, productType: 0 | 1 | 3, environment: 'NORMAL' | 'SANDBOX' = 'NORMAL') =>
  store.pay({ user, applicationId: APPLICATION_ID, productId, productType, environment });

/** The player starts the game, which finds what is undelivered, and buys something. */
async function play(game: Game): Promise<void> {
  await game.run(game.kit.login('device'));
  if (!game.life.dead) await game.run(game.kit.purchase('gold60'));
}

/** Everything that was paid is in the purse once, and finished. */
async function expectAllGiven(world: World): Promise<void> {
  const game = launch(world);
  await game.run(game.kit.login('device'));
  await world.device.clock.runFor(DAY_MS, game.life);
  const list = (productType: 0 | 1 | 3) =>
    store.listOrders({ user: world.user, applicationId: APPLICATION_ID, environment: 'NORMAL', productType });
  const gold = list(0).reduce((sum, { productId, quantity = 1 }) => sum + (GOLD[productId] ?? 0) * quantity, 0);
  expect(await game.goods.state()).toEqual({ gold, passes: list(3).length });
  expect(await game.goods.ownedProducts()).toEqual(list(1).map(({ productId }) => productId));
  for (const { finished } of [...list(0), ...list(1), ...list(3)]) expect(finished).toBe(true);
  expect(world.early).toEqual([]);
}

async function createWorldWithOrders(): Promise<World> {
  const world = createWorld();
  await pay(world.user, 'gold300', 0);
  await pay(world.user, 'noads', 1);
  await pay(world.user, 'pass30', 3);
  return world;
}

describe('killed', () => {
  test('at any call of a port, before or after its effect, the game gives all at its next launch, once', async () => {
    const undisturbed = launch(await createWorldWithOrders());
    await play(undisturbed);
    const points = undisturbed.life.points.length;
    expect(points).toBeGreaterThanOrEqual(POINTS_AT_LEAST);
    for (let diesAt = 1; diesAt <= points; diesAt++) {
      const world = await createWorldWithOrders();
      await play(launch(world, diesAt));
      await expectAllGiven(world);
    }
  }, 60_000);

  test('twice, at any pair of points, it does so at the launch after', async () => {
    let seed = 5;
    const next = () => 1 + ((seed = (seed * 48_271) % 2_147_483_647) % POINTS_AT_LEAST);
    for (let pair = 0; pair < PAIRS; pair++) {
      const world = await createWorldWithOrders();
      await play(launch(world, next()));
      await play(launch(world, next()));
      await expectAllGiven(world);
    }
  }, 60_000);

  test('in the middle of any write, at any byte, it does so as well', async () => {
    let size = 0;
    await play(
      launch(await createWorldWithOrders(), undefined, (storage) => tornAt(Number.POSITIVE_INFINITY, storage, (bytes) => (size += bytes))),
    );
    for (let byte = 0; byte < size; byte++) {
      const world = await createWorldWithOrders();
      await play(launch(world, undefined, (storage, life) => tornAt(byte, storage, () => {}, life)));
      await expectAllGiven(world);
    }
  }, 60_000);
});

/** A disk whose power fails after so many bytes. */
function tornAt(byte: number, storage: Storage, onWritten: (bytes: number) => void, life?: Life): Storage {
  let written = 0;
  return {
    read: storage.read,
    async write(key, value) {
      const room = byte - written;
      written += value.length;
      onWritten(value.length);
      await storage.write(key, value.slice(0, Math.max(0, room)));
      if (room < value.length) life?.kill();
    },
  };
}

describe('what is owned for ever', () => {
  test('is given at every launch, and finished only where the store does not count it as delivered', async () => {
    const world = createWorld();
    await pay(world.user, 'noads', 1);
    for (let time = 0; time < 3; time++) {
      const game = launch(world);
      const found = await game.run(game.kit.login('device'));
      expect(found?.delivered).toMatchObject([{ productId: 'noads' }]);
      expect(game.life.points.includes('iap.finishPurchase: after')).toBe(time === 0);
      game.life.kill();
    }
  });

  test('stays while the store cannot be asked, and goes when the store takes it back', async () => {
    const world = createWorld();
    const { purchaseOrderId } = await pay(world.user, 'noads', 1);
    const first = launch(world);
    await first.run(first.kit.login('device'));
    world.device.iap.failNext('queryPurchases', IAPErrorCode.NETWORK_ERROR, 'before');
    const inTunnel = launch(world);
    await inTunnel.run(inTunnel.kit.login('device'));
    expect(await inTunnel.goods.ownedProducts()).toEqual(['noads']);
    store.revoke(purchaseOrderId, '0');
    const refunded = launch(world);
    await refunded.run(refunded.kit.login('device'));
    expect(await refunded.goods.ownedProducts()).toEqual([]);
  });

  test('stays where one entry of the list cannot be judged', async () => {
    const world = createWorld();
    await pay(world.user, 'noads', 1);
    const first = launch(world);
    await first.run(first.kit.login('device'));
    const { queryPurchases } = world.device.iap;
    world.device.iap.queryPurchases = async (context, parameter) => {
      const page = await queryPurchases(context, parameter);
      return { ...page, purchaseDataList: page.purchaseDataList.map(() => '{"type":1,"jwsPurchaseOrder":"not.a.jws"}') };
    };
    const game = launch(world);
    await game.run(game.kit.login('device'));
    expect(await game.goods.ownedProducts()).toEqual(['noads']);
  });

  test('stays in the sandbox, which forgets what was finished', async () => {
    const world = createWorld('SANDBOX');
    await pay(world.user, 'noads', 1, 'SANDBOX');
    for (let time = 0; time < 2; time++) {
      const game = launch(world);
      await game.run(game.kit.login('device'));
      expect(await game.goods.ownedProducts()).toEqual(['noads']);
    }
  });
});

test('a forged order, and one of another app, give nothing and are not finished', async () => {
  const world = createWorld();
  await pay(world.user, 'gold60', 0);
  const other = await store.pay({ user: 'somebody', applicationId: '5765880207850000009', productId: 'gold60', productType: 0 });
  const { queryPurchases } = world.device.iap;
  world.device.iap.queryPurchases = async (context, parameter) => {
    const page = await queryPurchases(context, parameter);
    return { ...page, purchaseDataList: page.purchaseDataList.flatMap((text) => [forge(text), other.purchaseData]) };
  };
  const game = launch(world);
  const found = await game.run(game.kit.login('device'));
  expect(found?.undelivered.map(({ code }) => code)).toEqual(['JWS_SIGNATURE_INVALID', 'WRONG_APPLICATION']);
  expect(await game.goods.state()).toEqual({ gold: 0, passes: 0 });
  expect(game.life.points).not.toContain('iap.finishPurchase: before');
});

function forge(purchaseData: string): string {
  const { type, jwsPurchaseOrder } = JSON.parse(purchaseData) as { type: number; jwsPurchaseOrder: string };
  const [header = '', payload = '', signature = ''] = jwsPurchaseOrder.split('.');
  const forged = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), productId: 'gold300' };
  return JSON.stringify({ type, jwsPurchaseOrder: `${header}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}` });
}

test('coins that are spent stay spent, and an order given meanwhile is not lost', async () => {
  const world = createWorld();
  const game = launch(world);
  await game.run(game.kit.login('device'));
  await game.run(game.kit.purchase('gold60'));
  await game.run(Promise.all([game.goods.change(({ gold, passes }) => ({ gold: gold - 50, passes })), game.kit.purchase('gold300')]));
  game.life.kill();
  expect(await launch(world).goods.state()).toEqual({ gold: 310, passes: 0 });
});

test('a purchase whose answer is lost is found in the list and given', async () => {
  const world = createWorld();
  const game = launch(world);
  await game.run(game.kit.login('device'));
  world.device.iap.failNext('createPurchase', IAPErrorCode.SYSTEM_ERROR, 'after');
  expect(await game.run(game.kit.purchase('gold60'))).toMatchObject({ kind: 'granted' });
  expect(await game.goods.state()).toEqual({ gold: 60, passes: 0 });
});

test('a journal that cannot be read gives nothing and says so, for nobody could say what was given', async () => {
  const world = createWorld();
  world.values.set('dropless.journal.0', 'x').set('dropless.journal.1', 'y');
  const { purchaseOrderId } = await pay(world.user, 'gold60', 0);
  const game = launch(world);
  const found = await game.run(game.kit.login('device'));
  expect(found?.undelivered).toMatchObject([{ purchaseOrderId }]);
  expect(store.findOrder(purchaseOrderId)?.finished).toBe(false);
});
