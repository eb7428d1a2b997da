import { createPurchaseKit, type PurchaseKit, type PurchaseKitOptions } from '../../src/main/ets/core/create-purchase-kit';
import type { Iap } from '../../src/main/ets/core/iap';
import type { Clock } from '../../src/main/ets/core/ports';
import type { Store } from '../../../dev/store/store.js';
import { createDevice, PRODUCTS, type Device } from './device';
import { createLife, type Life } from './life';

/** A phone whose time stands still while its store is at work; what a test lays around the store is not waited for. */
export interface WatchedDevice extends Device {
  readonly life: Life;
}

export function createWatchedDevice(store: Store, user: string, options: Parameters<typeof createDevice>[2] = {}): WatchedDevice {
  const life = createLife();
  const device = createDevice(store, user, options);
  return { ...device, life, iap: { ...device.iap, ...life.wrap('iap', pickCalls(device.iap)) } };
}

function pickCalls({ createPurchase, queryPurchases, finishPurchase, queryEnvironmentStatus }: Device['iap']): Iap {
  return { createPurchase, queryPurchases, finishPurchase, queryEnvironmentStatus };
}

export interface OpenKit {
  readonly kit: PurchaseKit;
  /** Lets time pass until this is settled. Answers with its value. */
  run<Value>(promise: Promise<Value>): Promise<Value>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  /** Timers that are set and have not run. */
  readonly timers: ReadonlySet<object>;
  /** What the log holds. */
  readonly log: readonly string[];
}

/** A kit whose ports may leave a call without an answer; `Device.launch` waits for every call that is on its way. */
export function openKit({ iap, clock, storage, life }: WatchedDevice, options: Partial<PurchaseKitOptions>): OpenKit {
  const timers = new Set<object>();
  const log: string[] = [];
  const kit = createPurchaseKit({
    iap,
    storage,
    clock: countTimers(clock.forLife(life), timers),
    context: {},
    logger: { info: (line) => void log.push(line), warn: (line) => void log.push(line) },
    products: PRODUCTS,
    apiVersion: 15,
    ...options,
  });
  return {
    kit,
    timers,
    log,
    pass: (ms) => clock.runFor(ms, life),
    async run(promise) {
      await clock.runUntil(promise, life);
      return promise;
    },
  };
}

function countTimers(clock: Clock, timers: Set<object>): Clock {
  return {
    now: () => clock.now(),
    schedule(delayMs, run) {
      const timer = {};
      timers.add(timer);
      const cancel = clock.schedule(delayMs, () => {
        timers.delete(timer);
        run();
      });
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
  };
}
