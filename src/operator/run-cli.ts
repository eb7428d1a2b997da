import { CommanderError, type Command } from 'commander';
import { createProgram } from './create-program.js';
import { createShell, toPlainLine } from './create-shell.js';
import { adviseOnError } from './error-advice.js';
import type { OperatorDeps } from './operator-deps.js';
import { DroplessError, toErrorCode } from '../domain/errors.js';

const USAGE = 2;

/** Runs one command and answers with its exit status: 0 done, 1 refused or failed, 2 wrong usage. */
export async function runCli(args: readonly string[], deps: OperatorDeps): Promise<number> {
  let status = 0;
  let order: string | undefined;
  const shell = createShell(deps, (wanted) => {
    status = wanted;
  });
  try {
    await createProgram(shell)
      .hook('preAction', (_, command) => {
        order = findOrder(command);
      })
      .parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE; // Commander has said what is wrong.
    deps.writeError(`${toPlainLine(toErrorLine(error, order))}\n`);
    return 1;
  }
}

function findOrder({ registeredArguments, args }: Command): string | undefined {
  return registeredArguments[0]?.name() === 'order' ? args[0] : undefined;
}

/** The code, what it means, what to do. Never a stack, and of an unforeseen error its name alone: its text may hold values. */
function toErrorLine(error: unknown, order: string | undefined): string {
  const shown = error instanceof DroplessError ? error : new DroplessError(toErrorCode(error), { cause: error, ...toField(error) });
  return `${shown.code}: ${shown.message} ${adviseOnError(shown.code, order)}`.trimEnd();
}

function toField(error: unknown): { field: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  return { field: 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name };
}
