import type { Paid } from './delivery';

/** The time that one account is signed in to the game. Whatever was begun in it ends with it. */
export interface Session {
  readonly account: string;
  ended: boolean;
  /** What was bought in it, oldest first: a list that the store made before does not hold it. */
  readonly bought: Paid[];
}

export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';
}

/** Called after each wait and before each outside effect: another account's results are none of this one's business. */
export function assertCurrent(session: Session): void {
  if (session.ended) throw new SessionEndedError('Another account has signed in meanwhile.');
}
