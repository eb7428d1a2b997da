import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openChildProcess } from '../../../dev/stack/child-process.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';

const FOREVER = 'setInterval(() => {}, 1_000)';
const node = (script: string) =>
  ({ command: process.execPath, args: ['-e', script], stopSignal: 'SIGTERM', log: () => undefined }) as const;

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('a server does not outlive a parent that got %s', async (signal) => {
  const script = `
    import { openChildProcess } from ${JSON.stringify(join(PROJECT_DIR, 'dist/dev/stack/child-process.js'))};
    const options = { command: process.execPath, args: ['-e', ${JSON.stringify(FOREVER)}], stopSignal: 'SIGTERM', log: () => undefined };
    console.log((await openChildProcess(options)).pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill(signal);
  await pollUntil(() => !isAlive(pid), { deadlineMs: 10_000 });
});

test('a server that is stopped is gone when stop resolves', async () => {
  const child = await openChildProcess(node(FOREVER));
  await child.stop();
  expect(isAlive(child.pid)).toBe(false);
});

test('a server that ends by itself says why, with its last words', async () => {
  const child = await openChildProcess(node('console.error("the disk is full"); process.exitCode = 3'));
  expect(await child.ended).toBe('exit code 3\n  the disk is full');
});

test('a program that is not there is an error, not a server', async () => {
  await expect(openChildProcess({ ...node(''), command: '/nowhere/program' })).rejects.toThrow('ENOENT');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
