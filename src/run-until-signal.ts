import { DroplessError } from './domain/errors.js';

/**
 * Runs a process: `open` starts its work and answers with how to end it. Ends in order on SIGINT and SIGTERM; a start
 * that fails says its code in one line and exits with 1.
 */
export async function runUntilSignal(open: () => Promise<() => Promise<void>>): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  try {
    const close = await open();
    await signalled;
    await close();
  } catch (error) {
    const line = error instanceof DroplessError ? `${error.code}: ${error.message}` : String(error);
    process.stderr.write(`${line}\n`);
    process.exitCode = 1;
  }
}
