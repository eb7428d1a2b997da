import { parentPort, workerData } from 'node:worker_threads';
import { createFamilies } from './families.js';
import { runFamilies } from './run-families.js';

/** What the thread is told: no more than a copy can hold. */
export interface FuzzTask {
  readonly seed: number;
  readonly inputs: number;
  readonly seconds: number | undefined;
  /** Counts up by one before each input, where the other thread can see it while this one is busy. */
  readonly counter: Int32Array;
}

const { seed, inputs, seconds, counter } = workerData as FuzzTask;
const families = await createFamilies();
const untilMs = seconds === undefined ? Infinity : performance.now() + seconds * 1000;
for await (const turn of runFamilies(families, { seed, inputs, untilMs }, () => void Atomics.add(counter, 0, 1))) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread's port, no window's.
  parentPort?.postMessage(turn);
}
