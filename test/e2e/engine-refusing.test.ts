import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import Long from 'long';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type ConfigChanges, type TestWorld } from '../support/app.js';
import { openGrpcGateway, type GrpcGateway } from '../support/grpc-gateway.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Account } from '../../src/domain/ids.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { listBalances } from '../../src/ledger/balances.js';
import type { Runtime } from '../../src/runtime.js';
import { TASK_QUEUE } from '../../src/workflows/contract.js';

/** The sweep comes every second here; a caller who waited for a grant would wait far longer than `AT_ONCE_MS`. */
const SWEEP = { strandedAfterMs: 1_000, restartStrandedIntervalMs: 1_000, grantWaitMs: 10_000 };
const AT_ONCE_MS = 3_000;

let world: TestWorld;
let gateway: GrpcGateway;
beforeEach(async () => {
  world = await createTestWorld();
  gateway = await openGrpcGateway(inject('servers').temporalAddress);
});
afterEach(async () => {
  await world.close();
  await gateway.close();
});

const openBehindGateway = async (fulfilment: ConfigChanges['fulfilment'] = SWEEP, { worker } = { worker: true }): Promise<Runtime> => {
  const runtime = await world.openRuntime({ worker }, { temporalAddress: gateway.address, fulfilment });
  await untilEngineUp(runtime);
  return runtime;
};

/** Answers the order that is pending, and how to see that it was granted once in the end. */
async function buyPending(runtime: Runtime) {
  const [order, player] = [await world.pay(), world.account()];
  await expectPendingAtOnce(runtime, order.purchaseData, player);
  return async (deadlineMs?: number): Promise<void> => {
    await untilState(world, order.purchaseOrderId, 'granted', deadlineMs);
    expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
  };
}

async function expectPendingAtOnce(runtime: Runtime, evidence: string, presenter: Account): Promise<void> {
  const askedAt = performance.now();
  const { code } = await runtime.fulfilment.submit({ evidence, presenter });
  expect(code).toBe('PENDING');
  expect(performance.now() - askedAt).toBeLessThan(AT_ONCE_MS);
}

async function registerNamespace(namespace: string): Promise<void> {
  const { workflowService, operatorService } = world.temporal.connection;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: Long.fromNumber(86_400) } });
  // The server's caches learn of a namespace late.
  await pollUntil(() => operatorService.listSearchAttributes({ namespace }).then(() => true), { deadlineMs: 30_000 });
}

const failures = async (runtime: Runtime) => (await runtime.metrics.engineStartFailures.get()).values;
const alarms = async (runtime: Runtime) => (await runtime.metrics.alarms.get()).values.map(({ labels }) => labels['code']);

for (const code of ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'INVALID_ARGUMENT'] as const) {
  test(`a purchase that Temporal refuses with ${code} is pending at once, an alarm, and granted once when that is mended`, async () => {
    const runtime = await openBehindGateway();
    gateway.refuse('StartWorkflowExecution', status[code]);
    const expectGrantedOnce = await buyPending(runtime);
    expect(gateway.refusals()).toBeGreaterThan(0);
    expect(await failures(runtime)).toContainEqual({ labels: { reason: 'misconfigured' }, value: 1 });
    expect(await alarms(runtime)).toContain('ENGINE_MISCONFIGURED');
    gateway.pass();
    await expectGrantedOnce();
  });
}

test('purchases that an exhausted Temporal refuses are pending, after five in a row without a call, and granted once when it has room', async () => {
  // Temporal's client repeats an exhausted call until our deadline and keeps the reason: the outcome counts as unknown.
  const unknown = { labels: { reason: 'unknown' }, value: 5 };
  // Without a worker: what that restores when it connects would be counted too.
  const runtime = await openBehindGateway({ grantWaitMs: 500 }, { worker: false });
  gateway.refuse('StartWorkflowExecution', status.RESOURCE_EXHAUSTED);
  const pending = await Promise.all(Array.from({ length: 5 }, () => buyPending(runtime)));
  expect(await failures(runtime)).toContainEqual(unknown);
  pending.push(await buyPending(runtime));
  expect(await failures(runtime)).toContainEqual(unknown);
  expect(await alarms(runtime)).not.toContain('ENGINE_MISCONFIGURED');
  gateway.pass();
  await world.openRuntime({}, { fulfilment: SWEEP });
  for (const expectGrantedOnce of pending) await expectGrantedOnce();
});

test('search attributes that nobody registered are an alarm and a pending answer, and the purchase is granted after the setup', async () => {
  const { connection } = world.temporal;
  const namespace = `bare-${randomBytes(6).toString('hex')}`;
  await registerNamespace(namespace);
  const runtime = await world.openRuntime({}, { temporalNamespace: namespace, fulfilment: SWEEP });
  await untilEngineUp(runtime);
  const expectGrantedOnce = await buyPending(runtime);
  expect(await alarms(runtime)).toContain('ENGINE_MISCONFIGURED');
  await registerSearchAttributes(connection, namespace);
  await expectGrantedOnce();
});

test('a completed run of an order that is not final is an alarm and a pending answer, and the sweep grants it in a new run', async () => {
  const runtime = await openBehindGateway({ ...SWEEP, strandedAfterMs: 3_000 });
  const [order, player] = [await world.pay(), world.account()];
  const { workflow } = world.temporal.client;
  await workflow.execute('restartStranded', { workflowId: order.purchaseOrderId, taskQueue: TASK_QUEUE });
  const { runId } = await workflow.getHandle(order.purchaseOrderId).describe();
  await expectPendingAtOnce(runtime, order.purchaseData, player);
  expect(await failures(runtime)).toContainEqual({ labels: { reason: 'closed' }, value: 1 });
  expect(await alarms(runtime)).toContain('RUN_CLOSED');
  await untilState(world, order.purchaseOrderId, 'granted');
  expect((await workflow.getHandle(order.purchaseOrderId).describe()).runId).not.toBe(runId);
  expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('a namespace that is not there is an alarm and a pending answer, and the purchase is granted once it is there', async () => {
  const namespace = `late-${randomBytes(6).toString('hex')}`;
  const runtime = await world.openRuntime({}, { temporalNamespace: namespace, fulfilment: SWEEP });
  const expectGrantedOnce = await buyPending(runtime);
  await pollUntil(async () => (await alarms(runtime)).includes('ENGINE_MISCONFIGURED'), { deadlineMs: 10_000 });
  await registerNamespace(namespace);
  await registerSearchAttributes(world.temporal.connection, namespace);
  // By now the process tries to connect every quarter of a minute.
  await expectGrantedOnce(60_000);
});
