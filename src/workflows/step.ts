import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { PurchaseSteps } from '../activities/steps.js';

/** A ledger statement takes milliseconds: three tries within three seconds, inside the task that called them. */
const local = proxyLocalActivities<PurchaseSteps>({
  startToCloseTimeout: '2 seconds',
  scheduleToCloseTimeout: '3 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** Then the same function where an operator sees it: pending, with attempt and last failure, for as long as it takes. */
const regular = proxyActivities<PurchaseSteps>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/**
 * Runs one step of the purchase: first as a local activity, so that an undisturbed purchase costs two workflow tasks;
 * when that fails, as a regular activity with unlimited retries. What retrying cannot mend is a result, not a failure.
 */
export async function step<Name extends keyof PurchaseSteps>(
  name: Name,
  ...input: Parameters<PurchaseSteps[Name]>
): Promise<Awaited<ReturnType<PurchaseSteps[Name]>>> {
  type Step = (...input: Parameters<PurchaseSteps[Name]>) => Promise<Awaited<ReturnType<PurchaseSteps[Name]>>>;
  try {
    return await (local[name] as Step)(...input);
  } catch {
    return (regular[name] as Step)(...input);
  }
}
