import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  readonly deadlineMs: number;
  readonly intervalMs?: number;
  /** Gives up early: what was waited for can't come any more. */
  readonly signal?: AbortSignal;
}

/** Asks until the answer is neither `undefined` nor `false` and nothing was thrown. Past the deadline the last failure is thrown. */
export async function pollUntil<Answer>(
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  { deadlineMs, intervalMs = 25, signal }: PollOptions,
): Promise<Answer> {
  const deadline = Date.now() + deadlineMs;
  let failure: unknown;
  do {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await delay(intervalMs);
  } while (Date.now() < deadline);
  throw new Error(`Not within ${deadlineMs} ms${failure instanceof Error ? `: ${failure.message}` : ''}`, { cause: failure });
}
