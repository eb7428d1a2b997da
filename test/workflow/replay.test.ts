import { expect, test } from 'vitest';
import { readHistories, replay } from '../support/histories.js';
import { installTemporalRuntime } from '../../src/fulfilment/purchase-worker.js';
import { createLogger } from '../../src/telemetry/logger.js';

installTemporalRuntime(createLogger({ level: 'silent' }));

test('every recorded history replays under the workflow code of today', async () => {
  const recorded = await readHistories();
  expect(recorded.map(({ name }) => name).sort()).toEqual(['finish-unknown', 'parked-and-released', 'undisturbed']);
  expect(await replay(recorded)).toEqual({});
});

test('tracing can be switched on under running purchases: every recorded history replays with it', async () => {
  expect(await replay(await readHistories(), { traced: true })).toEqual({});
});

test('a history that the workflow code would not have made is found out', async () => {
  const [recorded] = await readHistories();
  if (recorded === undefined) throw new Error('No history is recorded');
  for (const { timerStartedEventAttributes: timer, markerRecordedEventAttributes: marker } of recorded.history.events ?? []) {
    if (timer) timer.timerId = 'another';
    if (marker) marker.markerName = 'another';
  }
  expect(await replay([recorded])).toHaveProperty(recorded.name);
});
