import { Command } from 'commander';
import { addAccountCommands } from './commands/account.js';
import { addActCommands } from './commands/acts.js';
import { addCatalogueCommands } from './commands/catalogue.js';
import { addCrlCommands } from './commands/crl.js';
import { addKeyCommands } from './commands/key.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addParkedCommand } from './commands/parked.js';
import { addRecoverCommand } from './commands/recover.js';
import { addSetupCommand } from './commands/setup.js';
import { addShowCommand } from './commands/show.js';
import { addVerifyCommand } from './commands/verify.js';
import type { Shell } from './operator-deps.js';

const ADD_ALL = [
  addVerifyCommand,
  addShowCommand,
  addParkedCommand,
  addActCommands,
  addCatalogueCommands,
  addKeyCommands,
  addAccountCommands,
  addCrlCommands,
  addMigrateCommand,
  addSetupCommand,
  addRecoverCommand,
];

/** All the commands; docs/cli.md is written from them. */
export function createProgram(shell: Shell): Command {
  // Set before the commands are added: they inherit it.
  const program = new Command('dropless')
    .description('Zero lost orders for HarmonyOS in-app purchases: the operator’s commands.')
    .exitOverride()
    .showHelpAfterError('The same with --help says what it takes.')
    .configureOutput({ writeOut: shell.writeOut, writeErr: shell.writeError });
  for (const add of ADD_ALL) add(program, shell);
  return program;
}
