import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestWorld } from './app.js';
import type { PurchaseProcessInput } from './purchase-process.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { PROJECT_DIR } from '../../dev/stack/project-dir.js';

export interface SpawnedProcess {
  readonly lines: readonly Record<string, unknown>[];
  /** The signal that ended it, or null when it ended by itself. */
  readonly ended: Promise<NodeJS.Signals | null>;
  kill(): Promise<void>;
}

/** Starts a process of dropless from the build, and waits until it is up. */
export async function spawnPurchaseProcess(world: TestWorld, input: PurchaseProcessInput): Promise<SpawnedProcess> {
  const program = join(PROJECT_DIR, 'dist/test/support/purchase-process.js');
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], ...world.env() },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(input));
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  const ended = once(child, 'close').then(([, signal]) => signal as NodeJS.Signals | null);
  await pollUntil(() => lines.length > 0, { deadlineMs: 30_000 });
  return {
    lines,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
