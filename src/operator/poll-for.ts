import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 50;

/** Asks until there is an answer; undefined when there was none in time. */
export async function pollFor<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  deadlineMs: number,
): Promise<Answer | undefined> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= deadline) return answer;
    await delay(INTERVAL_MS);
  }
}
