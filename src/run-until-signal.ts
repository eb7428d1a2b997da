import { DroplessError } from './domain/errors.js';

/** Takes how to end a part that is open now; parts are ended in the reverse order. */
export type OnClose = (end: () => Promise<unknown>) => void;

/**
 * Runs a process: `open` starts its parts. Ends in order on SIGINT and SIGTERM; a start that fails ends what it had
 * opened, says its code in one line and exits with 1.
 */
export async function runUntilSignal(open: (onClose: OnClose) => Promise<void>): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const closing: (() => Promise<unknown>)[] = [];
  try {
    await open((end) => void closing.push(end));
    await signalled;
  } catch (error) {
    const line = error instanceof DroplessError ? `${error.code}: ${error.message}` : String(error);
    process.stderr.write(`${line}\n`);
    process.exitCode = 1;
  } finally {
    for (const end of closing.toReversed()) await end();
  }
}
