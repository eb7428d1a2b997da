import { beforeEach, expect, test } from 'vitest';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { watchPaths } from '../../../src/telemetry/watch-paths.js';

const MINUTE_MS = 60_000;

let nowMs: number;
let told: unknown[];
let metrics: ReturnType<typeof createMetrics>;
let record: (isGood: boolean) => void;
beforeEach(() => {
  nowMs = Date.parse('2026-11-24T08:00:00Z');
  told = [];
  metrics = createMetrics();
  record = watchPaths({ metrics, alarm: (code, facts) => void told.push({ code, ...facts }), nowMs: () => nowMs });
});

const times = (count: number, isGood: boolean) => {
  for (let time = 0; time < count; time += 1) record(isGood);
};

test('a share of 5 % raises nothing, one more does', () => {
  times(95, true);
  times(5, false);
  expect(told).toEqual([]);
  times(1, false);
  expect(told).toEqual([{ code: 'PATH_VALIDATION_FAILING', bad: 6, judged: 101 }]);
});

test('it is told once in ten minutes, and again while it lasts', () => {
  for (let minute = 0; minute < 20; minute += 1, nowMs += MINUTE_MS) times(5, false);
  expect(told).toHaveLength(2);
});

test('what is older than ten minutes counts no more', () => {
  times(20, true);
  nowMs += 9 * MINUTE_MS;
  times(1, false);
  expect(told).toEqual([]);
  nowMs += MINUTE_MS;
  times(1, false);
  expect(told).toEqual([{ code: 'PATH_VALIDATION_FAILING', bad: 2, judged: 2 }]);
});

test('both are counted for whoever watches from outside', async () => {
  times(3, true);
  times(2, false);
  const { values } = await metrics.signatures.get();
  expect(values.map(({ labels, value }) => [labels.path, value])).toEqual([
    ['good', 3],
    ['bad', 2],
  ]);
});
