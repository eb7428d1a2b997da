import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { toEngineTrouble, type EngineTrouble } from './engine-trouble.js';
import { DroplessError } from '../domain/errors.js';
import type { PurchaseOrderId } from '../domain/ids.js';
import type { Purchase } from '../domain/purchase.js';
import {
  ledgerChangedSignal,
  operatorResolveSignal,
  operatorRetrySignal,
  productIdAttribute,
  purchaseStateAttribute,
  purchaseWorkflowId,
  storeEnvironmentAttribute,
  TASK_QUEUE,
  type LedgerChange,
  type OperatorResolve,
  type OperatorRetry,
} from '../workflows/contract.js';
import type { fulfilPurchase } from '../workflows/fulfil-purchase.js';

/** `running`: a run is there, started now or before. `closed`: its run is over, though the order is not final. */
export type StartOutcome = 'running' | 'closed' | EngineTrouble;

/** Temporal, as a purchase needs it. Its trouble is an outcome, never an error: the order is safe in the ledger. */
export interface Engine {
  start(purchase: Purchase, reuse?: 'failed-only' | 'any'): Promise<StartOutcome>;
  /** Tells a running workflow to read the ledger again. */
  wake(purchaseOrderId: PurchaseOrderId, change: LedgerChange): Promise<StartOutcome>;
  /** @throws {DroplessError} `ENGINE_UNAVAILABLE` */
  isRunning(purchaseOrderId: PurchaseOrderId): Promise<boolean>;
  /** @throws {DroplessError} `ENGINE_UNAVAILABLE` */
  operate(purchaseOrderId: PurchaseOrderId, act: OperatorRetry | OperatorResolve): Promise<void>;
}

export interface EngineDeps {
  /** The connected client; undefined while there is no connection. */
  readonly client: () => Client | undefined;
  readonly deadlineMs: number;
  readonly onTrouble: (trouble: StartOutcome, error: unknown) => void;
}

/** While the server is down, every caller would wait out the deadline: after this many in a row nobody is sent there. */
const FAILURES_BEFORE_BREAK = 5;
const BREAK_MS = 2_000;

/** Temporal takes 200 bytes of a summary; product ids are ASCII at the store, and no order may be refused for a name. */
const SUMMARY_PRODUCT_CHARACTERS_MAX = 40;

export function createEngine({ client: getClient, deadlineMs, onTrouble }: EngineDeps): Engine {
  const breaker = circuitBreaker(
    handleWhen((error) => ['down', 'unknown'].includes(toEngineTrouble(error))),
    { halfOpenAfter: BREAK_MS, breaker: new ConsecutiveBreaker(FAILURES_BEFORE_BREAK) },
  );

  // The connection's own retries go on past a deadline that is only its own.
  const policy = wrap(breaker, timeout(deadlineMs, TimeoutStrategy.Aggressive));

  function call<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const run = ({ signal }: { readonly signal: AbortSignal }) => {
      const client = getClient();
      if (client === undefined) throw new DroplessError('ENGINE_UNAVAILABLE');
      return client.connection.withAbortSignal(signal, () => work(client));
    };
    // A signal of its own for each call: the policy's default is one for all, and gathers a listener for each.
    return policy.execute(run, new AbortController().signal);
  }

  async function attempt(work: (client: Client) => Promise<unknown>): Promise<StartOutcome> {
    try {
      await call(work);
      return 'running';
    } catch (error) {
      const closed = error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError;
      const outcome = closed ? 'closed' : toEngineTrouble(error);
      if (!(error instanceof BrokenCircuitError)) onTrouble(outcome, error);
      return outcome;
    }
  }

  async function ask<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      return await call(work);
    } catch (error) {
      throw new DroplessError('ENGINE_UNAVAILABLE', { cause: error });
    }
  }

  return {
    start: (purchase, reuse = 'failed-only') => attempt((client) => startFulfilPurchase(client, purchase, reuse)),
    wake: (id, change) => attempt((client) => handle(client, id).signal(ledgerChangedSignal, change)),
    isRunning: (id) => ask((client) => describeRunning(client, id)),
    operate: (id, act) =>
      ask((client) =>
        'as' in act ? handle(client, id).signal(operatorResolveSignal, act) : handle(client, id).signal(operatorRetrySignal, act),
      ),
  };
}

function handle(client: Client, purchaseOrderId: PurchaseOrderId) {
  return client.workflow.getHandle(purchaseWorkflowId(purchaseOrderId));
}

function startFulfilPurchase(client: Client, purchase: Purchase, reuse: 'failed-only' | 'any') {
  const { purchaseOrderId, productId, environment, state } = purchase;
  return client.workflow.start<typeof fulfilPurchase>('fulfilPurchase', {
    workflowId: purchaseWorkflowId(purchaseOrderId),
    taskQueue: TASK_QUEUE,
    args: [purchaseOrderId],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // A completed run is not repeated by a caller; `recover` does so for an order that the ledger does not call final.
    workflowIdReusePolicy: reuse === 'any' ? WorkflowIdReusePolicy.ALLOW_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    requestEagerStart: true,
    // A worker that died in a local activity is found out after this long.
    workflowTaskTimeout: '5 seconds',
    staticSummary: `${productId.slice(0, SUMMARY_PRODUCT_CHARACTERS_MAX)} (${environment})`,
    typedSearchAttributes: [
      { key: purchaseStateAttribute, value: state },
      { key: productIdAttribute, value: productId },
      { key: storeEnvironmentAttribute, value: environment },
    ],
  });
}

async function describeRunning(client: Client, purchaseOrderId: PurchaseOrderId): Promise<boolean> {
  try {
    const { status } = await handle(client, purchaseOrderId).describe();
    return status.name === 'RUNNING' || status.name === 'PAUSED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
