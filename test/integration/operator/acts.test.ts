import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCli, type CliResult } from '../../support/cli.js';
import { createTestWorld, submitAndFinish, untilEngineUp, untilPurchase, untilState, type TestWorld } from '../../support/app.js';
import { unreachableAddress } from './unreachable-address.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { purchaseWorkflowId } from '../../../src/workflows/contract.js';
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

const ACTS = {
  retry: [],
  resolve: ['--as', 'refused'],
  release: ['--account', 'player-of-the-ticket'],
  attach: ['--account', 'player-of-the-ticket'],
} as const;
type ActName = keyof typeof ACTS;
const NAMES = Object.keys(ACTS) as ActName[];

function act(name: ActName, order: string, ...more: string[]): Promise<CliResult> {
  return dropless(name, order, ...ACTS[name], '--why', 'the player wrote to us', ...more);
}

/** Exit 1 and one line, which begins with the code. */
const refusedWith = (code: string) => ({ status: 1, out: '', err: expect.stringMatching(new RegExp(`^${code}: [^\\n]+\\n$`)) as string });

async function payUnowned(): Promise<PurchaseOrderId> {
  const { purchaseOrderId, purchaseData } = await world.pay({ developerPayload: 'another-system' });
  await runtime.fulfilment.submit({ evidence: purchaseData, presenter: world.account() });
  await untilPurchase(world, purchaseOrderId, ({ park }) => park !== undefined);
  return purchaseOrderId;
}

const listActs = async (order: PurchaseOrderId) => (await runtime.fulfilment.describe(order)).acts;

test.each(NAMES)('%s of an order that never came is refused', async (name) => {
  expect(await act(name, 'no-such-order')).toEqual(refusedWith('PURCHASE_NOT_FOUND'));
});

test.each(NAMES)('%s for a park that is over is refused, and not recorded', async (name) => {
  const order = await payUnowned();
  expect(await act(name, order, '--park', '9')).toEqual(refusedWith('PARK_NUMBER_STALE'));
  expect(await listActs(order)).toEqual([]);
});

test.each(NAMES)('%s for the park that the order has is done, and recorded', async (name) => {
  const order = await payUnowned();
  expect(await act(name, order, '--park', '1')).toMatchObject({ status: 0, err: '' });
  expect(await listActs(order)).toMatchObject([{ kind: name, who: 'tester', why: 'the player wrote to us' }]);
});

test.each([
  ['retry', 'NOT_PARKED', 'NOT_PARKED', 'NOT_PARKED'],
  ['resolve', 'NOT_PARKED', 'NOT_PARKED', 'NOT_PARKED'],
  ['release', 'NOT_PARKED', 'NOT_PARKED', 'PURCHASE_REVOKED'],
  ['attach', 'ALREADY_OWNED', 'ALREADY_OWNED', 'PURCHASE_REVOKED'],
] as const)(
  '%s of an order that is granted, finished or revoked is refused, and not recorded',
  async (name, granted, finished, revoked) => {
    const order = await world.pay();
    const { purchaseOrderId } = order;
    await submitAndFinish(runtime, order, world.account('player-of-the-ticket'));
    await untilState(world, purchaseOrderId, 'finished');
    expect(await act(name, purchaseOrderId)).toEqual(refusedWith(finished));
    world.store.revoke(purchaseOrderId, '0');
    await runtime.fulfilment.submit({ evidence: await world.store.purchaseData(purchaseOrderId), presenter: world.account() });
    expect(await act(name, purchaseOrderId)).toEqual(refusedWith(revoked));
    expect(await listActs(purchaseOrderId)).toEqual([]);
    const unfinished = await world.pay();
    await runtime.fulfilment.submit({ evidence: unfinished.purchaseData, presenter: world.account('player-of-the-ticket') });
    expect(await act(name, unfinished.purchaseOrderId)).toEqual(refusedWith(granted));
  },
);

test('a resolved order is closed for every act but release', async () => {
  const order = await payUnowned();
  expect(await act('resolve', order)).toMatchObject({ status: 0 });
  for (const name of ['retry', 'resolve', 'attach'] as const) expect(await act(name, order)).toEqual(refusedWith('NOT_PARKED'));
  expect(await act('release', order)).toMatchObject({ status: 0, out: expect.stringContaining('is granted (已发放)') as string });
});

test('release of an order that was delivered elsewhere says that it is not parked, not what a grant would lack', async () => {
  const order = await payUnowned();
  expect(await dropless('resolve', order, '--as', 'granted-elsewhere', '--why', 'x')).toMatchObject({ status: 0 });
  expect(await dropless('release', order, '--why', 'x')).toEqual(refusedWith('NOT_PARKED'));
});

test('without Temporal a retry or resolve is refused and changes nothing; a release or attach is recorded for later', async () => {
  const address = await unreachableAddress();
  dropless = createTestCli(world, address);
  const orders = await Promise.all(NAMES.map(() => payUnowned()));
  const answers = await Promise.all(orders.map((order, index) => act(NAMES[index] ?? 'retry', order)));
  dropless = createTestCli(world);
  const unavailable = { ...refusedWith('ENGINE_UNAVAILABLE'), err: expect.stringContaining('asking again does no harm') as string };
  const recorded = { status: 0, err: '', out: expect.stringContaining('Temporal cannot be reached. The act is recorded') as string };
  expect(answers).toEqual([unavailable, unavailable, recorded, recorded]);
  const acts = await Promise.all(orders.map(listActs));
  expect(acts.map((recordedActs) => recordedActs.map(({ kind }) => kind))).toEqual([[], [], ['release'], ['attach']]);
});

test('an order whose run is gone is retried and resolved in a new one', async () => {
  const orders = { retry: await payUnowned(), resolve: await payUnowned() };
  for (const order of Object.values(orders))
    await world.temporal.client.workflow.getHandle(purchaseWorkflowId(order)).terminate('a mistake');
  expect(await act('retry', orders.retry)).toMatchObject({
    status: 0,
    out: expect.stringContaining('OWNER_UNKNOWN, park number 2.') as string,
  });
  expect(await act('resolve', orders.resolve)).toMatchObject({ status: 0, out: expect.stringContaining('is refused (已拒绝)') as string });
});
