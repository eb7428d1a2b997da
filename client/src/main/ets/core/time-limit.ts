import type { Clock } from './ports';

/** A call that is never answered must not keep everything after it; whether it took effect is not known. */
class NoAnswerInTimeError extends Error {
  override readonly name = 'NoAnswerInTimeError';
}

export async function withTimeLimit<Answer>(clock: Clock, limitMs: number, call: () => Promise<Answer>): Promise<Answer> {
  let cancel = () => {};
  const tooLate = new Promise<never>((_resolve, reject) => {
    cancel = clock.schedule(limitMs, () => reject(new NoAnswerInTimeError('No answer in time.')));
  });
  try {
    return await Promise.race([call(), tooLate]);
  } finally {
    cancel();
  }
}
