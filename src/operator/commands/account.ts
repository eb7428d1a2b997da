import { Option, type Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { ENVIRONMENTS, type Environment } from '../../domain/ids.js';
import { forgetAccount } from '../../ledger/accounts.js';
import type { Operator } from '../../ledger/operator-acts.js';
import { parseAccountArgument, parseWords } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';
import { addWhoAndWhy } from '../who-and-why.js';

interface ForgetOptions extends Operator {
  readonly realm: string;
  readonly environment: Environment;
  readonly account: string;
}

export function addAccountCommands(program: Command, shell: Shell): void {
  const forget = program
    .command('account')
    .description('Accounts of players.')
    .command('forget')
    .description('Take an account’s name out of the ledger, for good. What it owned stays, under a number that names nobody.')
    .requiredOption('--realm <realm>', 'the game', parseWords)
    .addOption(new Option('--environment <name>', 'where').choices(ENVIRONMENTS).makeOptionMandatory())
    .requiredOption('--account <id>', 'the account’s name', parseAccountArgument);
  addWhoAndWhy(forget, shell).action(async ({ realm, environment, account, ...operator }: ForgetOptions, command: Command) => {
    if (`${operator.who}\n${operator.why}`.includes(account))
      command.error('error: --who and --why are kept: say them without the account’s name.');
    const accountKey = await withLedger(shell, (db) => forgetAccount(db, { realm, environment, accountId: account }, operator));
    if (accountKey === undefined) throw new DroplessError('ACCOUNT_UNKNOWN');
    shell.print([`The account is forgotten (已注销). What it owned stays, under account number ${accountKey}, which names nobody.`]);
  });
}
