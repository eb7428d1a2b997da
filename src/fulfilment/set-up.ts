import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { RESTART_STRANDED_SCHEDULE_ID, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../workflows/contract.js';

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** Registers the search attributes that runs are started with. Idempotent: those that are there stay. */
export async function registerSearchAttributes({ operatorService }: NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(({ name }) => [name, KEYWORD]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** Ensures the sweep's schedule. True: it was missing, so the engine is new or was wiped. */
export async function ensureSchedules(client: Client, intervalMs: number): Promise<boolean> {
  try {
    await client.schedule.create({
      scheduleId: RESTART_STRANDED_SCHEDULE_ID,
      spec: { intervals: [{ every: intervalMs }] },
      action: { type: 'startWorkflow', workflowType: 'restartStranded', taskQueue: TASK_QUEUE, workflowId: RESTART_STRANDED_SCHEDULE_ID },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}
