import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Turn } from './run-families.js';
import { summarise } from './summary.js';
import type { FuzzTask } from './worker.js';

/** Without a time of its own: enough for a night's run. */
const INPUTS = 100_000;
/** An input that takes longer than this has hung: the slowest that are known take a fiftieth of it. */
const HANG_MS = 15_000;

const OPTIONS = { seconds: { type: 'string' }, seed: { type: 'string' } } as const;
const ARGUMENTS = z.object({
  seconds: z.coerce.number().positive().optional(),
  seed: z.coerce
    .number()
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .default(() => randomInt(2 ** 31)),
});

interface Outcome {
  readonly turns: readonly Turn[];
  /** Why the run ended before its time: a crash or a hang. */
  readonly fault: string | undefined;
}

/** 0: nothing was found. 1: a crash, a hang, an input that was taken and must not be, or work past the limits. */
async function main(args: readonly string[]): Promise<number> {
  const { seconds, seed } = ARGUMENTS.parse(parseArgs({ args: [...args], options: OPTIONS }).values);
  const from = performance.now();
  const { turns, fault } = await runInThread({ seed, inputs: seconds === undefined ? INPUTS : Infinity, seconds });
  const { inputs, lines, failure } = summarise(turns);
  const tookS = ((performance.now() - from) / 1000).toFixed(0);
  const found = [
    ...(failure === undefined ? [] : [`FOUND in "${failure.family}":`, `${failure.failure}`]),
    ...(fault === undefined ? [] : [`FOUND: ${fault}`]),
  ];
  console.log(
    [`seed ${seed}`, ...lines, ...found, `${inputs} inputs in ${tookS} s, ${found.length === 0 ? 'nothing found' : 'see above'}`].join(
      '\n',
    ),
  );
  return found.length === 0 ? 0 : 1;
}

/** In a thread of its own, so that one that never answers again can be told, and ended. */
function runInThread(task: Omit<FuzzTask, 'counter'>): Promise<Outcome> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const turns: Turn[] = [];
  const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: { ...task, counter } satisfies FuzzTask });
  return new Promise((resolve) => {
    let last = { count: -1, at: performance.now() };
    const finish = (fault?: string) => {
      clearInterval(watch);
      resolve({ turns, fault });
    };
    const watch = setInterval(() => {
      const count = Atomics.load(counter, 0);
      if (count !== last.count) last = { count, at: performance.now() };
      else if (performance.now() - last.at > HANG_MS)
        void worker.terminate().then(() => finish(`hung at input ${count} of seed ${task.seed}`));
    }, 500);
    worker.on('message', (turn: Turn) => turns.push(turn));
    worker.on('error', (error) => finish(`crashed: ${error instanceof Error ? error.stack : 'unknown'}`));
    worker.on('exit', (code) => finish(code === 0 ? undefined : `ended with code ${code}`));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
