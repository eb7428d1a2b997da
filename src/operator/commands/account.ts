import { Option, type Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { ENVIRONMENTS, type Environment } from '../../domain/ids.js';
import { forgetAccount } from '../../ledger/accounts.js';
import { parseAccountArgument, parseWords } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';

interface AccountOptions {
  readonly realm: string;
  readonly environment: Environment;
  readonly account: string;
}

export function addAccountCommands(program: Command, shell: Shell): void {
  program
    .command('account')
    .description('Accounts of players.')
    .command('forget')
    .description('Take an account’s name out of the ledger, for good. What it owned stays, under a number that names nobody.')
    .requiredOption('--realm <realm>', 'the game', parseWords)
    .addOption(new Option('--environment <name>', 'where').choices(ENVIRONMENTS).makeOptionMandatory())
    .requiredOption('--account <id>', 'the account’s name', parseAccountArgument)
    .action(async ({ realm, environment, account }: AccountOptions) => {
      const forgotten = await withLedger(shell, (db) => forgetAccount(db, { realm, environment, accountId: account }));
      if (!forgotten) throw new DroplessError('ACCOUNT_UNKNOWN');
      shell.print(['The account is forgotten. What it owned stays, under a number that names nobody.']);
    });
}
