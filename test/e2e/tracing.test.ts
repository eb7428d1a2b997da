import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestWorld, submitAndFinish, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { expectUndisturbed, replay } from '../support/histories.js';
import type { PlacedOrder } from '../../dev/store/store.js';
import type { Account } from '../../src/domain/ids.js';

type History = proto.temporal.api.history.v1.IHistory;

let world: TestWorld;
let collector: Server;
let url: string;
let silenced = false;
const exported: string[] = [];

/** Where the collector takes what comes and never answers. */
const SILENT = '/silent';

beforeAll(async () => {
  collector = createServer((request, response) => {
    silenced ||= request.url === SILENT;
    if (request.url === SILENT) return;
    void text(request).then((body) => {
      exported.push(body);
      response.end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
  world = await createTestWorld();
});
afterAll(async () => {
  await world.close();
  collector.closeAllConnections();
  collector.close();
  vi.unstubAllEnvs();
});

interface Purchased {
  readonly order: PlacedOrder;
  readonly player: Account;
  readonly history: History;
  readonly closedInMs: number;
}

/** One purchase from payment to finish, in a process that has ended, and so has exported all that it had. */
async function purchase(traces: boolean): Promise<Purchased> {
  const runtime = await world.openRuntime({}, { telemetry: { traces } });
  await untilEngineUp(runtime);
  const player = world.account();
  const order = await world.pay();
  await submitAndFinish(runtime, order, player);
  await untilState(world, order.purchaseOrderId, 'finished');
  const handle = world.temporal.client.workflow.getHandle(order.purchaseOrderId);
  await handle.result();
  const closingSince = Date.now();
  await runtime.close();
  return { order, player, history: await handle.fetchHistory(), closedInMs: Date.now() - closingSince };
}

/** Each header that the run was started, signalled or continued with. */
function readHeaders({ events }: History): unknown[] {
  return (events ?? [])
    .flatMap((event) => [event.workflowExecutionStartedEventAttributes?.header, event.workflowExecutionSignaledEventAttributes?.header])
    .flatMap((header) => Object.values(header?.fields ?? {}))
    .map(({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown);
}

const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@opentelemetry/sdk-trace-base'));

interface Exported {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[] }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string }[];
}

function listSpans(): ExportedSpan[] {
  const batches = exported.map((body) => JSON.parse(body) as Exported);
  return batches.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
}

test('a process that is asked for no traces loads no SDK, exports nothing and writes no header', async () => {
  const { history } = await purchase(false);
  expect(isSdkLoaded()).toBe(false);
  expect(exported).toEqual([]);
  expect(readHeaders(history)).toEqual([]);
  expectUndisturbed(history);
  expect(await replay([{ name: 'untraced', history }], { traced: true })).toEqual({});
});

test('a collector that does not answer keeps neither a purchase nor the end of a process waiting', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${url}${SILENT}`);
  const { closedInMs, history } = await purchase(true);
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', undefined);
  expect(silenced).toBe(true);
  expect(closedInMs).toBeLessThan(8_000); // Its exporter alone would wait ten seconds.
  expectUndisturbed(history);
});

test('submission, start, run and steps are one trace; it costs no event and tells no secret', async () => {
  const { order, player, history } = await purchase(true);
  expect(isSdkLoaded()).toBe(true);
  const spans = listSpans();
  const root = spans.find(({ name }) => name === 'submit');
  const trace = spans.filter(({ traceId }) => traceId === root?.traceId);
  const steps = ['verifyPurchase', 'checkLedger', 'grantEntitlement', 'markFinished'];
  const names = ['submit', 'StartWorkflow:fulfilPurchase', 'RunWorkflow:fulfilPurchase'];
  expect(trace.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, ...steps.map((step) => `RunActivity:${step}`)]));
  const ids = new Set(trace.map(({ spanId }) => spanId));
  for (const span of trace) if (span !== root) expect(ids).toContain(span.parentSpanId);

  expectUndisturbed(history);
  const headers = readHeaders(history);
  expect(headers).toContainEqual({ traceparent: expect.stringContaining(root?.traceId ?? 'no root') as unknown });
  for (const header of headers) expect(['traceparent', 'tracestate']).toEqual(expect.arrayContaining(Object.keys(header as object)));
  expect(await replay([{ name: 'traced', history }])).toEqual({});

  const attributes = new Set(spans.flatMap((span) => span.attributes.map(({ key }) => key)));
  expect([...attributes].sort()).toEqual(['runId', 'run_id', 'temporalActivityId', 'temporalWorkflowId', 'workflowId', 'workflowType']);
  const { jwsPurchaseOrder } = JSON.parse(order.purchaseData) as { jwsPurchaseOrder: string };
  const told = exported.join('\n');
  expect(told).toContain(order.purchaseOrderId);
  for (const secret of [...jwsPurchaseOrder.split('.'), order.purchaseToken, player.accountId]) expect(told).not.toContain(secret);
});
