import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A grant takes about 20 ms with the worker in the API's process; past four seconds the caller has its 202. */
const GRANT_BUCKETS_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 60, 600];

export type Metrics = ReturnType<typeof createMetrics>;

/** Every metric of ours, each with labels of few values: never an order id or an account. One registry a process, or a test. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, ...createPurchaseMetrics([registry]), ...createEngineMetrics([registry]) };
}

function createPurchaseMetrics(registers: Registry[]) {
  return {
    purchases: new Counter({
      name: 'dropless_purchases_total',
      help: 'Purchases that reached a state.',
      labelNames: ['state', 'environment'],
      registers,
    }),
    grantSeconds: new Histogram({
      name: 'dropless_grant_seconds',
      help: 'From the receipt of a purchase to its grant.',
      buckets: GRANT_BUCKETS_SECONDS,
      registers,
    }),
    submitAnswers: new Counter({
      name: 'dropless_submit_answers_total',
      help: 'Answers to submissions, by code.',
      labelNames: ['code'],
      registers,
    }),
    parked: new Gauge({
      name: 'dropless_parked',
      help: 'Purchases that wait for a person or for new knowledge, as last counted.',
      labelNames: ['reason'],
      registers,
    }),
    waitingCallers: new Gauge({
      name: 'dropless_waiting_callers',
      help: 'Callers who wait for their grant.',
      registers,
    }),
    alarms: new Counter({
      name: 'dropless_alarms_total',
      help: 'What a person should look at, by code.',
      labelNames: ['code'],
      registers,
    }),
  };
}

function createEngineMetrics(registers: Registry[]) {
  return {
    engineUp: new Gauge({
      name: 'dropless_engine_up',
      help: 'Whether this process has a working connection to Temporal.',
      registers,
    }),
    engineStartFailures: new Counter({
      name: 'dropless_engine_start_failures_total',
      help: 'Starts and signals that Temporal did not take, by reason.',
      labelNames: ['reason'],
      registers,
    }),
  };
}
