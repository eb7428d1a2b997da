import { Option, type Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { ENVIRONMENTS } from '../../domain/ids.js';
import { createApiKey, revokeApiKey, type ApiKeyScope } from '../../ledger/api-keys.js';
import { collectApplications, parseWords } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';

type KeyOptions = Omit<ApiKeyScope, 'applications'> & { readonly application?: readonly string[] };

export function addKeyCommands(program: Command, shell: Shell): void {
  const key = program.command('key').description('API keys of game servers.');
  key
    .command('create')
    .description('Make a key and print it, this once: only its hash is stored.')
    .requiredOption('--realm <realm>', 'the game it may act for', parseWords)
    .addOption(new Option('--environment <name>', 'where').choices(ENVIRONMENTS).makeOptionMandatory())
    .option('--application <id>', 'one that it may act for; may be repeated, and without it: all of the realm', collectApplications)
    .action(async ({ realm, environment, application: applications }: KeyOptions) => {
      shell.print([await withLedger(shell, (db) => createApiKey(db, { environment, realm, applications }))]);
    });
  key
    .command('revoke')
    .description('End a key, at once.')
    .argument('<keyId>', 'the twelve characters between dlk_ and the second underscore')
    .action(async (text: string, _options: unknown, command: Command) => {
      const keyId = findKeyId(text) ?? command.error('error: a key id is twelve hexadecimal digits.');
      const revoked = await withLedger(shell, (db) => revokeApiKey(db, keyId));
      if (!revoked) throw new DroplessError('API_KEY_UNKNOWN');
      shell.print([`The key ${keyId} is revoked.`]);
    });
}

/** Not an argument's parser: commander repeats what a parser refuses, and it may be a whole key. */
function findKeyId(text: string): string | undefined {
  return /^[0-9a-f]{12}$/.test(text) ? text : undefined;
}
