import type { Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { checkSchema, migrate, SCHEMA_VERSION } from '../../ledger/migrate.js';
import type { Shell } from '../operator-deps.js';

export function addMigrateCommand(program: Command, shell: Shell): void {
  program
    .command('migrate')
    .description('Bring the database schema up to date. Safe to run again, and by several at once.')
    .action(async () => {
      if (await isUpToDate(shell)) {
        shell.print([`The schema is up to date (version ${SCHEMA_VERSION}).`]);
        return;
      }
      await migrate(shell.databaseUrl());
      shell.print([`The schema was brought to version ${SCHEMA_VERSION}.`]);
    });
}

/** Asked first, so that a database that cannot be reached is said to be just that. */
async function isUpToDate({ openDatabase }: Shell): Promise<boolean> {
  const db = openDatabase();
  try {
    await checkSchema(db);
    return true;
  } catch (error) {
    if (error instanceof DroplessError && error.code === 'SCHEMA_TOO_OLD') return false;
    throw error;
  } finally {
    await db.close();
  }
}
