/** The time that one account is signed in to the game. Whatever was begun in it ends with it. */
export interface Session {
  readonly account: string;
  ended: boolean;
}

export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';
}

/** Called after each wait and before each outside effect: another account's results are none of this one's business. */
export function assertCurrent(session: Session): void {
  if (session.ended) throw new SessionEndedError('Another account has signed in meanwhile.');
}
