import { findIapError, IAP_FREQUENT_CALLS, toIapErrorCode } from './error-codes';
import type { Clock, Logger } from './ports';
import { assertCurrent, type Session } from './session';
import { sleep } from './sleep';

/** Keeps calls of a kind apart, and only while the session lasts that wants the answer. */
export interface Pace {
  /** A call that waits for its turn. @throws StoreBusyError when that would come after `until`; by default, in a minute. */
  inTurn<Answer>(session: Session, kind: string, call: () => Promise<Answer>, until?: number): Promise<Answer>;
  /** A call that belongs to one that has had its turn. @throws StoreBusyError */
  atOnce<Answer>(session: Session, kind: string, call: () => Promise<Answer>, until?: number): Promise<Answer>;
}

/** The store lets itself be asked too late for whoever waits: the call was not made. */
class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
  readonly code = IAP_FREQUENT_CALLS;
}

const GAP_MS = 5_000;
/** What has waited so long is left to its caller to be tried again, so that it keeps nothing behind it. */
const PATIENCE_MS = 60_000;

export function createPace(clock: Clock, logger: Logger): Pace {
  const freeAt = new Map<string, number>();

  async function takeTurn(kind: string, until: number): Promise<void> {
    const now = clock.now();
    // Past; or so far ahead that the clock was set back meanwhile.
    for (const [other, free] of freeAt) if (free <= now || free > now + PATIENCE_MS + GAP_MS) freeAt.delete(other);
    const at = freeAt.get(kind) ?? now;
    if (at > until) throw new StoreBusyError();
    freeAt.set(kind, at + GAP_MS);
    if (at > now) await sleep(clock, at - now);
    // A device that sleeps keeps its timers waiting.
    if (clock.now() > until) throw new StoreBusyError();
  }

  /** The player never hears that the store was asked too often: it is asked again, later. */
  async function atOnce<Answer>(
    session: Session,
    kind: string,
    call: () => Promise<Answer>,
    until = clock.now() + PATIENCE_MS,
  ): Promise<Answer> {
    for (let waitMs = GAP_MS; ; waitMs *= 2) {
      assertCurrent(session);
      try {
        return await call();
      } catch (error) {
        if (findIapError(toIapErrorCode(error)).next !== 'wait') throw error;
        logger.info(`${kind}: asked too often, again in ${waitMs} ms`);
        freeAt.set(kind, clock.now() + waitMs);
        await takeTurn(kind, until);
      }
    }
  }

  return {
    atOnce,
    async inTurn(session, kind, call, until = clock.now() + PATIENCE_MS) {
      await takeTurn(kind, until);
      return atOnce(session, kind, call, until);
    },
  };
}
