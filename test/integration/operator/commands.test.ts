import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../../support/catalogue.js';
import { createTestCli, type CliResult } from '../../support/cli.js';
import { createTestWorld, submitAndFinish, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../../support/app.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { applyCatalogue } from '../../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../../src/ledger/balances.js';
import type { Runtime } from '../../../src/runtime.js';

let world: TestWorld;
let runtime: Runtime;
let dropless: (...args: string[]) => Promise<CliResult>;

beforeAll(async () => {
  world = await createTestWorld();
  runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  dropless = createTestCli(world);
});
afterAll(() => world.close());

const WHY = ['--why', 'the player wrote to us', '--who', 'li'];

/** One line, which begins with the code. */
const refusedWith = (code: string) => ({ status: 1, out: '', err: expect.stringMatching(new RegExp(`^${code}: [^\\n]+\\n$`)) as string });

/** An order that names nobody's account, parked for want of an owner. */
async function payUnowned(): Promise<PurchaseOrderId> {
  const order = await world.pay({ developerPayload: 'another-system' });
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: world.account() });
  await untilPurchase(world, order.purchaseOrderId, ({ park }) => park !== undefined);
  return order.purchaseOrderId;
}

test('show tells the story of a finished order in plain words', async () => {
  const order = await world.pay();
  const player = world.account();
  await submitAndFinish(runtime, order, player);
  await untilState(world, order.purchaseOrderId, 'finished');
  const { status, out } = await dropless('show', order.purchaseOrderId);
  expect(status).toBe(0);
  expect(out).toMatch(/^State +finished \(已完成\)$/m);
  expect(out).toMatch(new RegExp(`^Owner +${player.accountId}$`, 'm'));
  expect(out).toMatch(/^Finished +\S+Z, as the app says$/m);
  expect(out).toMatch(/Timeline\n.+received.*\n.+granted.*\n.+acknowledged.*\n.+finished/);
});

test('an order that never came is not found, in one line', async () => {
  expect(await dropless('show', 'no-such-order')).toEqual(refusedWith('PURCHASE_NOT_FOUND'));
});

test('an unowned order stands in the queue with what to do, and attach gives it to its player', async () => {
  const order = await payUnowned();
  expect((await dropless('parked')).out).toMatch(new RegExp(`OWNER_UNKNOWN +${order} `));
  expect(JSON.parse((await dropless('parked', '--limit', '1', '--json')).out)).toHaveLength(1);
  expect((await dropless('show', order)).out).toMatch(new RegExp(`^ +dropless attach ${order} --account ID --park 1 --why "…"$`, 'm'));
  const player = world.account();
  const attached = await dropless('attach', order, '--account', player.accountId, ...WHY);
  expect(attached).toMatchObject({ status: 0, err: '' });
  expect(attached.out).toContain(`is granted (已发放); owner: ${player.accountId}.`);
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect((await dropless('show', order)).out).toMatch(/attach +by li: the player wrote to us/);
});

test('an order that somebody owns is not given to another', async () => {
  const order = await world.pay();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: world.account() });
  expect(await dropless('attach', order.purchaseOrderId, '--account', 'thief', ...WHY)).toEqual(refusedWith('ALREADY_OWNED'));
});

test('retry judges anew: parked again while the cause stands, granted once the catalogue is mended', async () => {
  const order = await world.pay({ productId: 'later' });
  const player = world.account();
  await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter: player });
  const { park } = await untilPurchase(world, order.purchaseOrderId, (purchase) => purchase.park !== undefined);
  const again = await dropless('retry', order.purchaseOrderId, ...WHY);
  expect(again.out).toContain(`Parked: PRODUCT_UNKNOWN, park number ${(park?.number ?? 0) + 1}.`);
  const stale = await dropless('retry', order.purchaseOrderId, ...WHY, '--park', `${park?.number}`);
  expect(stale).toEqual(refusedWith('PARK_NUMBER_STALE'));
  const [game, ...others] = TEST_CATALOGUE.applications;
  const products = [
    ...(game?.products ?? []),
    { productId: 'later', type: 'consumable', grants: [{ kind: 'currency', currency: 'gold', amount: 5 }] },
  ];
  const version = await applyCatalogue(world.database.db, { applications: [{ ...game, products }, ...others] }, 'test', 'mended');
  await expect.poll(() => runtime.catalogue().version).toBe(version);
  expect((await dropless('retry', order.purchaseOrderId, ...WHY)).out).toContain('is granted (已发放)');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 5n }]);
});

test('resolve closes an order without goods, and release opens it again', async () => {
  const order = await payUnowned();
  expect((await dropless('resolve', order, '--as', 'refused', ...WHY)).out).toContain('is refused (已拒绝)');
  const player = world.account();
  expect((await dropless('release', order, '--account', player.accountId, ...WHY)).out).toContain('is granted (已发放)');
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('resolve as granted elsewhere leaves no goods of ours', async () => {
  const order = await payUnowned();
  expect((await dropless('resolve', order, '--as', 'granted-elsewhere', ...WHY)).out).toContain('由其他系统发放');
});
