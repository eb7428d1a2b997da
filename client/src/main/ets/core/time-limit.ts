import type { Clock } from './ports';

/** A call that is never answered must not keep everything after it; whether it took effect is not known. */
class NoAnswerInTimeError extends Error {
  override readonly name = 'NoAnswerInTimeError';
}

export function withTimeLimit<Answer>(clock: Clock, limitMs: number, call: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(limitMs, () => reject(new NoAnswerInTimeError('No answer in time.')));
    call().then(resolve, reject).finally(cancel);
  });
}
