import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Every metric of ours, each with labels of few values: never an order id or an account. One registry a process, or a test. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, ...createPurchaseMetrics([registry]), ...createEngineMetrics([registry]), ...createRevocationMetrics([registry]) };
}

function createPurchaseMetrics(registers: Registry[]) {
  return {
    submitAnswers: new Counter({
      name: 'dropless_submit_answers_total',
      help: 'Answers to submissions, by code.',
      labelNames: ['code'],
      registers,
    }),
    signatures: new Counter({
      name: 'dropless_signatures_total',
      help: 'Signatures judged, by whether their certificates led to a trusted root.',
      labelNames: ['path'],
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

function createRevocationMetrics(registers: Registry[]) {
  return {
    revocationListAge: new Gauge({
      name: 'dropless_revocation_list_age_seconds',
      help: 'Since the issuer’s revocation list was last fetched and found good, or first wanted.',
      labelNames: ['issuer'],
      registers,
    }),
    revocationListValid: new Gauge({
      name: 'dropless_revocation_list_valid_seconds',
      help: 'How long the issuer’s newest revocation list still holds; negative once it is stale.',
      labelNames: ['issuer'],
      registers,
    }),
  };
}
