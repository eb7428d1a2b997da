import { findIapError, toIapErrorCode } from './error-codes';
import type { Clock, Logger } from './ports';
import { assertCurrent, type Session } from './session';
import { sleep } from './sleep';

/** Keeps calls of a kind apart, and only while the session lasts that wants the answer. */
export interface Pace {
  /** A call that waits for its turn. */
  inTurn<Answer>(session: Session, kind: string, call: () => Promise<Answer>): Promise<Answer>;
  /** A call that belongs to one that has had its turn. */
  atOnce<Answer>(session: Session, kind: string, call: () => Promise<Answer>): Promise<Answer>;
}

const GAP_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

export function createPace(clock: Clock, logger: Logger): Pace {
  const freeAt = new Map<string, number>();

  async function takeTurn(kind: string): Promise<void> {
    const now = clock.now();
    const at = Math.max(now, freeAt.get(kind) ?? now);
    for (const [other, free] of freeAt) if (free <= now) freeAt.delete(other);
    freeAt.set(kind, at + GAP_MS);
    if (at > now) await sleep(clock, at - now);
  }

  /** The player never hears that the store was asked too often: it is asked again, later. */
  async function atOnce<Answer>(session: Session, kind: string, call: () => Promise<Answer>): Promise<Answer> {
    for (let waitMs = GAP_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      assertCurrent(session);
      try {
        return await call();
      } catch (error) {
        if (findIapError(toIapErrorCode(error as Error)).next !== 'wait') throw error;
        logger.info(`${kind}: asked too often, again in ${waitMs} ms`);
        freeAt.set(kind, clock.now() + waitMs);
        await takeTurn(kind);
      }
    }
  }

  return {
    atOnce,
    async inTurn(session, kind, call) {
      await takeTurn(kind);
      return atOnce(session, kind, call);
    },
  };
}
