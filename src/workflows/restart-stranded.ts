import { proxyActivities } from '@temporalio/workflow';
import type { SweepSteps } from '../activities/steps.js';

const { restartStranded: sweep } = proxyActivities<SweepSteps>({
  startToCloseTimeout: '50 seconds',
  retry: { maximumAttempts: 3 },
});

/** Looks for open orders without a running workflow and starts one for each. Run by a schedule, or by hand from the UI. */
export async function restartStranded(): Promise<{ checked: number; started: number }> {
  return sweep();
}
