import { spawn } from 'node:child_process';

/** Runs a program that downloads; fails with the last line that it printed, which is where both pip and Node say why. */
export function runDownload(command: string, args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env, signal, killSignal: 'SIGKILL' });
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed = `${printed}${text}`.slice(-4_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(printed.trim().split('\n').at(-1) ?? `${command} failed`));
    });
  });
}
