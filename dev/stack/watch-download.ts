import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './child-process.js';

export interface WatchOptions {
  /** Where the bytes arrive. */
  readonly dir: string;
  /** What is downloaded and where from, for people. */
  readonly what: string;
  /** A source from which nothing has come by then is passed over; one that has begun may take its time. */
  readonly answerTimeoutMs: number;
  readonly log: Log;
}

const INTERVAL_MS = 1_000;

/** Runs a download, tells how far it has come, and aborts it when nothing begins to arrive. */
export async function watchDownload(
  download: (signal: AbortSignal) => Promise<void>,
  { dir, what, answerTimeoutMs, log }: WatchOptions,
): Promise<void> {
  const giveUp = new AbortController();
  const done = new AbortController();
  const silence = new Error(`no answer within ${answerTimeoutMs / 1000} s`);
  const watching = (async () => {
    const start = Date.now();
    let told = 0;
    while (!done.signal.aborted) {
      const size = await sizeOf(dir);
      if (size > told) log(`downloading ${what}: ${(size / 1e6).toFixed(0)} MB`);
      told = Math.max(told, size);
      if (told === 0 && Date.now() - start >= answerTimeoutMs) giveUp.abort(silence);
      await delay(Math.min(INTERVAL_MS, answerTimeoutMs), undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  try {
    await download(giveUp.signal);
  } catch (error) {
    throw giveUp.signal.aborted ? silence : error;
  } finally {
    done.abort();
    await watching;
  }
}

async function sizeOf(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => undefined));
  return (await Promise.all(sizes)).reduce((sum, file) => sum + (file?.size ?? 0), 0);
}
