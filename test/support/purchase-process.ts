import { readFileSync } from 'node:fs';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Activities } from '../../src/activities/create-activities.js';
import { loadConfig } from '../../src/config/load-config.js';
import { openRuntime } from '../../src/runtime.js';
import { createLogger } from '../../src/telemetry/logger.js';

/**
 * A process of dropless that can be made to die: it wraps the injected steps, so that there is no fault switch in `src`.
 * What it does is told on standard input; it says `up`, and its answers, one JSON line each.
 */
export interface PurchaseProcessInput {
  readonly worker: boolean;
  /** SIGKILL itself right after this step has done its work. */
  readonly dieAfter?: keyof Activities;
  /** Submits this evidence so many times at once. */
  readonly submit?: { readonly evidence: string; readonly accountId: string; readonly times: number };
}

const input = JSON.parse(readFileSync(0, 'utf8')) as PurchaseProcessInput;
const config = loadConfig(process.env);
const trustedRoot = process.env['TEST_TRUSTED_ROOT'] ?? '';
const runtime = await openRuntime(
  { ...config, additionalRoots: [{ sha256: trustedRoot, pem: '' }] },
  { worker: input.worker, logger: createLogger({ level: 'silent' }), wrapActivities: dying },
);
await pollUntil(() => runtime.engineUp(), { deadlineMs: 20_000 });
say({ up: true });
if (input.submit !== undefined) {
  const { evidence, accountId, times } = input.submit;
  const presenter = { environment: 'production', realm: 'game', accountId } as const;
  const answers = await Promise.all(Array.from({ length: times }, () => runtime.fulfilment.submit({ evidence, presenter })));
  for (const { purchase, code } of answers) say({ state: purchase.state, code });
  await runtime.close();
}

function dying(activities: Activities): Activities {
  const { dieAfter } = input;
  if (dieAfter === undefined) return activities;
  const step = activities[dieAfter] as (...args: unknown[]) => Promise<unknown>;
  return {
    ...activities,
    [dieAfter]: async (...args: unknown[]) => {
      await step(...args);
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    },
  };
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
