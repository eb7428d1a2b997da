import { expect, test } from 'vitest';
import { createAlarm } from '../../../src/telemetry/alarm.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

test('an alarm is one error line marked as such, and one count', async () => {
  const lines: string[] = [];
  const metrics = createMetrics();
  const logger = createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
  createAlarm({ logger, metrics })('ORDER_ID_CONFLICT', { purchaseOrderId: 'order-1', alarm: false });

  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    alarm: true,
    code: 'ORDER_ID_CONFLICT',
    purchaseOrderId: 'order-1',
  });
  expect(await metrics.registry.metrics()).toContain('dropless_alarms_total{code="ORDER_ID_CONFLICT"} 1');
});

test('two sets of metrics in one process do not meet', async () => {
  const first = createMetrics();
  const second = createMetrics();
  first.submitAnswers.inc({ code: 'PENDING' });
  const sample = 'dropless_submit_answers_total{code="PENDING"} 1';
  expect(await first.registry.metrics()).toContain(sample);
  expect(await second.registry.metrics()).not.toContain(sample);
});
