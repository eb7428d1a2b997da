import { DroplessError } from '../domain/errors.js';

/** Runs a piece of work if there is room for it. @throws {DroplessError} `RATE_LIMITED` */
export type InFlightLimit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Past the bound a caller is told to come back at once: work begun is finished, and nobody queues for a place. Counted is the
 * work, not the connection: it goes on when its caller has gone away.
 */
export function createInFlightLimit(inFlightMax: number, waitingCallers: () => number): InFlightLimit {
  let inFlight = 0;
  return async (work) => {
    // Counting those who wait costs more than the comparison: only where it decides.
    if (inFlight >= inFlightMax && inFlight - waitingCallers() >= inFlightMax) throw new DroplessError('RATE_LIMITED');
    inFlight += 1;
    try {
      return await work();
    } finally {
      inFlight -= 1;
    }
  };
}
