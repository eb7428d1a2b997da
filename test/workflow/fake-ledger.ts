import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { Worker } from '@temporalio/worker';
import type { WorkflowHandleWithStartDetails } from '@temporalio/client';
import type { TimeSkippingServer } from '../support/time-skipping.js';
import type { LedgerView, PurchaseSteps } from '../../src/activities/steps.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import type { fulfilPurchase } from '../../src/workflows/fulfil-purchase.js';

export const DAY_MS = 86_400_000;

interface LedgerState {
  view: LedgerView;
  readonly calls: (keyof PurchaseSteps)[];
}

/** The ledger as the workflow sees it: what it answers, and what it was asked, in order. */
export interface FakeLedger extends LedgerState {
  readonly steps: PurchaseSteps;
}

/** Grants and finishes whatever it is asked for; a test replaces the steps that shall do something else. */
export function createFakeLedger(replaced: (ledger: LedgerState) => Partial<PurchaseSteps> = () => ({})): FakeLedger {
  const calls: (keyof PurchaseSteps)[] = [];
  const ledger: LedgerState = {
    view: {
      state: 'received',
      applicationId: 'game',
      productId: 'gold60',
      quantity: 1,
      released: [],
      finishKnown: false,
      acknowledgementWindowMs: 600_000,
      closesInMs: 180 * DAY_MS,
    },
    calls,
  };
  const move = (state: LedgerView['state']) => {
    ledger.view = { ...ledger.view, state };
    return Promise.resolve({ state });
  };
  const steps: PurchaseSteps = {
    verifyPurchase: () => Promise.resolve({ state: 'verified' }),
    checkLedger: () => Promise.resolve(ledger.view),
    grantEntitlement: () => move('granted'),
    markFinished: () => move('finished'),
    parkPurchase: () => Promise.resolve({ park: calls.filter((name) => name === 'parkPurchase').length }),
    retryPurchase: () => Promise.resolve(),
    resolvePurchase: ({ as }) => move(as === 'refused' ? 'refused' : 'granted').then(() => undefined),
    closeUnfinished: () => Promise.resolve(),
    recordCancelRequest: () => Promise.resolve(),
    ...replaced(ledger),
  };
  return Object.assign(ledger, { steps: recordCalls(steps, calls) });
}

function recordCalls(steps: PurchaseSteps, calls: (keyof PurchaseSteps)[]): PurchaseSteps {
  return new Proxy(steps, {
    get(target, name: keyof PurchaseSteps) {
      const step = target[name] as (...input: unknown[]) => Promise<unknown>;
      return (...input: unknown[]) => {
        calls.push(name);
        return step(...input);
      };
    },
  });
}

export type Run = WorkflowHandleWithStartDetails<typeof fulfilPurchase>;

/** Starts one run with a worker of its own, for as long as the test looks at it. */
export async function withRun<Result>(
  server: TimeSkippingServer,
  ledger: FakeLedger,
  look: (run: Run) => Promise<Result>,
): Promise<Result> {
  const taskQueue = randomUUID();
  const worker = await Worker.create({
    connection: server.connection,
    taskQueue,
    workflowBundle: { codePath: inject('servers').workflowBundle },
    activities: { ...ledger.steps },
  });
  const purchaseOrderId = randomUUID() as PurchaseOrderId;
  const options = { taskQueue, workflowId: purchaseOrderId, args: [purchaseOrderId] as [PurchaseOrderId] };
  return worker.runUntil(async () => look(await server.client.workflow.start<typeof fulfilPurchase>('fulfilPurchase', options)));
}
