import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeLedger, DAY_MS, withRun, type FakeLedger, type Run } from './fake-ledger.js';
import { openTimeSkippingServer, type TimeSkippingServer } from '../support/time-skipping.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { installTemporalRuntime } from '../../src/fulfilment/purchase-worker.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { ledgerChangedSignal, operatorResolveSignal, operatorRetrySignal, SEARCH_ATTRIBUTES } from '../../src/workflows/contract.js';

let server: TimeSkippingServer;
beforeAll(async () => {
  installTemporalRuntime(createLogger({ level: 'silent' }));
  server = await openTimeSkippingServer();
  const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, KEYWORD]));
  await server.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
});
afterAll(() => server.close());

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const GRANT = ['verifyPurchase', 'checkLedger', 'grantEntitlement'];
const WORD = { who: 'operator', why: 'mended' };

const untilCalled = (ledger: FakeLedger, name: FakeLedger['calls'][number], times = 1) =>
  pollUntil(() => ledger.calls.filter((call) => call === name).length >= times, { deadlineMs: 20_000 });

/** The word of the client is in the ledger, and the run is told so. */
async function acknowledge(ledger: FakeLedger, run: Run): Promise<void> {
  ledger.view = { ...ledger.view, finishKnown: true };
  await run.signal(ledgerChangedSignal, 'acknowledged');
}

async function scheduledActivities(run: Run): Promise<(string | null | undefined)[]> {
  const { events } = await run.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => (scheduled ? [scheduled.activityType?.name] : []));
}

test('an undisturbed purchase verifies, checks, grants, waits and finishes, without one regular activity', async () => {
  const ledger = createFakeLedger();
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'grantEntitlement');
    await acknowledge(ledger, run);
    expect(await run.result()).toEqual({ state: 'finished' });
    expect(ledger.calls).toEqual([...GRANT, 'checkLedger', 'markFinished']);
    expect(await scheduledActivities(run)).toEqual([]);
  });
});

test('an acknowledgement after thirty days finishes the purchase', async () => {
  const ledger = createFakeLedger();
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'grantEntitlement');
    await server.skip(30 * DAY_MS);
    expect((await run.describe()).status.name).toBe('RUNNING');
    await acknowledge(ledger, run);
    expect(await run.result()).toEqual({ state: 'finished' });
    expect(ledger.calls).not.toContain('closeUnfinished');
  });
});

test('a purchase that nobody acknowledges ends after 180 days as granted', async () => {
  const ledger = createFakeLedger();
  const start = await server.now();
  await withRun(server, ledger, async (run) => {
    expect(await run.result()).toEqual({ state: 'granted' });
  });
  expect(ledger.calls).toEqual([...GRANT, 'checkLedger', 'checkLedger', 'closeUnfinished']);
  expect((await server.now()).getTime() - start.getTime()).toBeGreaterThanOrEqual(180 * DAY_MS);
});

test('a purchase that was revoked while the word of it got lost ends as revoked, however long it waited', async () => {
  const ledger = createFakeLedger((self) => ({
    checkLedger() {
      const looks = self.calls.filter((name) => name === 'checkLedger').length;
      return Promise.resolve(looks < 3 ? self.view : { ...self.view, state: 'revoked' });
    },
  }));
  expect(await withRun(server, ledger, (run) => run.result())).toEqual({ state: 'revoked' });
  expect(ledger.calls).toEqual([...GRANT, 'checkLedger', 'checkLedger']);
});

test('an acknowledgement that came before the grant is not waited for', async () => {
  const ledger = createFakeLedger();
  ledger.view = { ...ledger.view, finishKnown: true };
  expect(await withRun(server, ledger, (run) => run.result())).toEqual({ state: 'finished' });
  expect(ledger.calls).toEqual([...GRANT, 'markFinished']);
});

for (const state of ['finished', 'refused', 'revoked'] as const) {
  test(`an order that the ledger calls ${state} ends its run and is not granted`, async () => {
    const ledger = createFakeLedger();
    ledger.view = { ...ledger.view, state };
    expect(await withRun(server, ledger, (run) => run.result())).toEqual({ state });
    expect(ledger.calls).toEqual(['verifyPurchase', 'checkLedger']);
  });
}

test('a parked purchase counts a retry for its own park number only', async () => {
  const ledger = createFakeLedger();
  const mended = { ...ledger.view, finishKnown: true };
  ledger.view = { ...mended, code: 'PRODUCT_UNKNOWN' };
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'parkPurchase');
    await run.signal(operatorRetrySignal, { park: 1, ...WORD });
    await untilCalled(ledger, 'parkPurchase', 2);
    ledger.view = mended;
    await run.signal(operatorResolveSignal, { park: 1, as: 'refused', ...WORD });
    await run.signal(operatorRetrySignal, { park: 2, ...WORD });
    expect(await run.result()).toEqual({ state: 'finished' });
  });
  expect(ledger.calls.filter((name) => name === 'retryPurchase')).toHaveLength(2);
  expect(ledger.calls).not.toContain('resolvePurchase');
});

test('a parked purchase looks again when the ledger has changed, and ends as it was resolved', async () => {
  const ledger = createFakeLedger();
  ledger.view = { ...ledger.view, code: 'OWNER_UNKNOWN' };
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'parkPurchase');
    await run.signal(ledgerChangedSignal, 'catalogue');
    await untilCalled(ledger, 'parkPurchase', 2);
    await run.signal(operatorResolveSignal, { park: 2, as: 'refused', ...WORD });
    expect(await run.result()).toEqual({ state: 'refused' });
  });
  expect(ledger.calls).not.toContain('grantEntitlement');
});

test('evidence that does not verify parks the purchase, and an operator’s release lets it through', async () => {
  const ledger = createFakeLedger(() => ({ verifyPurchase: () => Promise.resolve({ state: 'unverified', code: 'EVIDENCE_INVALID' }) }));
  ledger.view = { ...ledger.view, finishKnown: true };
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'parkPurchase');
    expect(ledger.calls).not.toContain('grantEntitlement');
    ledger.view = { ...ledger.view, released: ['EVIDENCE_INVALID'] };
    await run.signal(ledgerChangedSignal, 'released');
    expect(await run.result()).toEqual({ state: 'finished' });
  });
});

test('a grant that the ledger would not make is judged anew from the start', async () => {
  const ledger = createFakeLedger((self) => ({
    grantEntitlement() {
      const state = self.calls.filter((name) => name === 'grantEntitlement').length < 3 ? 'received' : 'granted';
      return Promise.resolve({ state });
    },
  }));
  ledger.view = { ...ledger.view, finishKnown: true };
  expect(await withRun(server, ledger, (run) => run.result())).toEqual({ state: 'finished' });
  expect(ledger.calls).toEqual([...GRANT, ...GRANT, ...GRANT, 'markFinished']);
});

test('a grant that the ledger never makes is tried ever more rarely, and at once when the ledger has changed', async () => {
  const ledger = createFakeLedger(() => ({ grantEntitlement: () => Promise.resolve({ state: 'received' }) }));
  await withRun(server, ledger, async (run) => {
    await server.skip(100 * DAY_MS);
    const { historyLength } = await run.describe();
    expect(historyLength).toBeLessThan(1_500);
    const looks = ledger.calls.filter((name) => name === 'checkLedger').length;
    ledger.view = { ...ledger.view, state: 'refused' };
    await run.signal(ledgerChangedSignal, 'revoked');
    expect(await run.result()).toEqual({ state: 'refused' });
    expect(ledger.calls.filter((name) => name === 'checkLedger')).toHaveLength(looks + 1);
  });
});

test('a grant that no retry can make parks the purchase, and an operator’s retry tries it again', async () => {
  const ledger = createFakeLedger((self) => ({
    grantEntitlement() {
      const isFirst = self.calls.filter((name) => name === 'grantEntitlement').length === 1;
      return Promise.resolve(isFirst ? { state: 'received', code: 'AMOUNT_TOO_LARGE' } : { state: 'granted' });
    },
  }));
  ledger.view = { ...ledger.view, finishKnown: true };
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'parkPurchase');
    await run.signal(operatorRetrySignal, { park: 1, ...WORD });
    expect(await run.result()).toEqual({ state: 'finished' });
  });
  expect(ledger.calls).toEqual([...GRANT, 'parkPurchase', 'retryPurchase', ...GRANT, 'markFinished']);
});

test('a step that fails three times inside the task is retried as a regular activity, where an operator sees it', async () => {
  const ledger = createFakeLedger((self) => ({
    grantEntitlement() {
      const tries = self.calls.filter((name) => name === 'grantEntitlement').length;
      return tries <= 4 ? Promise.reject(new Error('LEDGER_UNAVAILABLE')) : Promise.resolve({ state: 'granted' });
    },
  }));
  ledger.view = { ...ledger.view, finishKnown: true };
  await withRun(server, ledger, async (run) => {
    expect(await run.result()).toEqual({ state: 'finished' });
    expect(await scheduledActivities(run)).toEqual(['grantEntitlement']);
  });
  expect(ledger.calls.filter((name) => name === 'grantEntitlement')).toHaveLength(5);
});

test('a cancellation is recorded, and the purchase goes on to its finish', async () => {
  const ledger = createFakeLedger();
  await withRun(server, ledger, async (run) => {
    await untilCalled(ledger, 'grantEntitlement');
    await run.cancel();
    await untilCalled(ledger, 'recordCancelRequest');
    await acknowledge(ledger, run);
    expect(await run.result()).toEqual({ state: 'finished' });
  });
  expect(ledger.calls.filter((name) => name === 'grantEntitlement')).toHaveLength(1);
});
