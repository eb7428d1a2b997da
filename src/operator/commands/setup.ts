import type { Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { toEngineTrouble } from '../../fulfilment/engine-trouble.js';
import { ensureSchedules, registerSearchAttributes } from '../../fulfilment/set-up.js';
import type { Shell, TemporalAccess } from '../operator-deps.js';

export function addSetupCommand(program: Command, shell: Shell): void {
  program
    .command('setup')
    .description('Prepare Temporal: search attributes, and the schedule of the sweep. Safe to run again.')
    .action(async () => {
      const temporal = shell.temporal();
      try {
        const created = await setUp(temporal);
        const schedule = created ? 'was created' : 'was there already';
        shell.print([
          `Temporal is ready in namespace ${temporal.namespace}: search attributes are registered, the sweep’s schedule ${schedule}.`,
        ]);
      } catch (error) {
        const field = `${temporal.place}, namespace ${temporal.namespace}: ${toEngineTrouble(error)}`;
        throw new DroplessError('ENGINE_UNAVAILABLE', { field, cause: error });
      }
    });
}

async function setUp({ open, namespace, sweepIntervalMs }: TemporalAccess): Promise<boolean> {
  const { connection, client } = await open();
  try {
    await registerSearchAttributes(connection, namespace);
    return await ensureSchedules(client, sweepIntervalMs);
  } finally {
    await connection.close();
  }
}
