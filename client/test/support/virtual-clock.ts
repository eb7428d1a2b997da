import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/main/ets/core/ports';

/** Time that passes only when nothing else is going on: 5 s between two calls of the store cost nothing. */
export interface VirtualClock {
  /** The clock as one life of the app has it; its timers end with the life. */
  forLife(life: Living): Clock;
  now(): number;
  /** Lets the app run until the promise is settled or its life has ended. */
  runUntil(promise: Promise<unknown>, life: Living): Promise<void>;
  /** Lets the app run until it is idle: no timer is left within this time. */
  runFor(ms: number, life: Living): Promise<void>;
}

/** What the clock must know of a life: whether it is over, and how many of its calls are on their way. */
export interface Living {
  readonly dead: boolean;
  readonly inFlight: number;
}

interface Timer {
  readonly at: number;
  readonly life: Living;
  readonly run: () => void;
}

const TURNS = 10;
const STUCK_AFTER_MS = 20_000;

export function createVirtualClock(): VirtualClock {
  let time = 1_000_000;
  const timers = new Set<Timer>();

  /** Lets everything run that runs without time passing. */
  async function comeToRest(life: Living): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      await nextTurn();
      if (life.inFlight > 0) {
        turn = 0;
        await pause(1);
      }
    }
  }

  function nextTimer(life: Living, until: number): Timer | undefined {
    const due = [...timers].filter((timer) => timer.life === life && timer.at <= until);
    return due.sort((one, other) => one.at - other.at)[0];
  }

  /** True: a timer was due, and time has passed. */
  function passTime(life: Living, until: number): boolean {
    const timer = nextTimer(life, until);
    if (timer === undefined) return false;
    timers.delete(timer);
    time = Math.max(time, timer.at);
    timer.run();
    return true;
  }

  return {
    now: () => time,
    forLife: (life) => ({
      now: () => time,
      schedule(delayMs, callback) {
        const timer: Timer = { at: time + delayMs, life, run: () => !life.dead && callback() };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    }),
    async runUntil(promise, life) {
      let settled = false;
      const settle = () => void (settled = true);
      promise.then(settle, settle);
      const deadline = Date.now() + STUCK_AFTER_MS;
      for (;;) {
        await comeToRest(life);
        if (life.dead || settled) return;
        if (passTime(life, Number.POSITIVE_INFINITY)) continue;
        if (Date.now() > deadline) throw new Error('The app waits for nothing.');
        await pause(1);
      }
    },
    async runFor(ms, life) {
      const until = time + ms;
      do await comeToRest(life);
      while (!life.dead && passTime(life, until));
      time = Math.max(time, until);
    },
  };
}
