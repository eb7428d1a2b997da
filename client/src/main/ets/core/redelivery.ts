import { describeError } from './describe-error';
import type { ProductType } from './iap';
import { look, type Found, type LookDeps } from './look';
import type { Clock } from './ports';
import { SessionEndedError, type Session } from './session';

/** When a session looks for what was paid and not delivered: at each trigger, and again while something is left. */
export interface Redelivery {
  /** Looks once more, after the look that is under way if there is one; `first` is the type to ask for first. */
  run(first?: ProductType): Promise<Found>;
  /** Looks again after each of these times. */
  lookAgainAfter(delaysMs: readonly number[]): void;
  end(): void;
}

export interface RedeliveryDeps extends LookDeps {
  readonly clock: Clock;
}

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 600_000;

export function createRedelivery(deps: RedeliveryDeps, session: Session): Redelivery {
  /** Takes back the timers that have not run. */
  const planned = new Set<() => void>();
  let current: Promise<Found> | undefined;
  let next: Promise<Found> | undefined;
  let nextFirst: ProductType | undefined;
  let rounds = 0;
  let cancelRound = () => {};

  /** No further ahead than the longest delay, whatever a backend asks for. */
  function plan(delayMs: number): () => void {
    if (session.ended) return () => {};
    const takeBack = deps.clock.schedule(Math.min(delayMs, LONGEST_DELAY_MS), () => {
      planned.delete(cancel);
      start(undefined).catch((error: unknown) => deps.logger.info(`The search for undelivered purchases ended: ${describeError(error)}`));
    });
    const cancel = () => {
      planned.delete(cancel);
      takeBack();
    };
    planned.add(cancel);
    return cancel;
  }

  async function lookAndPlan(first: ProductType | undefined): Promise<Found> {
    cancelRound();
    const found = await look(deps, session, first);
    // At growing distances; a trigger of the app starts the count anew.
    if (found.againMs > 0) cancelRound = plan(Math.max(found.againMs, FIRST_DELAY_MS * 2 ** rounds++));
    return found;
  }

  function start(first: ProductType | undefined): Promise<Found> {
    if (session.ended) return Promise.reject(new SessionEndedError('Nobody is signed in any more.'));
    if (current === undefined) {
      return (current = lookAndPlan(first).finally(() => (current = undefined)));
    }
    // What is under way may have asked already; those who come meanwhile share one more look.
    nextFirst = first ?? nextFirst;
    next ??= current.catch(() => undefined).then(startNext);
    return next;
  }

  function startNext(): Promise<Found> {
    const first = nextFirst;
    [next, nextFirst] = [undefined, undefined];
    return start(first);
  }

  return {
    run(first) {
      rounds = 0;
      return start(first);
    },
    lookAgainAfter: (delaysMs) => delaysMs.forEach(plan),
    end: () => planned.forEach((cancel) => cancel()),
  };
}
