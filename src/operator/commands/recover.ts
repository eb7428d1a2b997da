import type { Command } from 'commander';
import { requireEngine, withFulfilment } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';

export function addRecoverCommand(program: Command, shell: Shell): void {
  program
    .command('recover')
    .description('Rebuild Temporal’s running workflows from the ledger, after Temporal lost them. Harmless otherwise.')
    .action(() =>
      withFulfilment(shell, async ({ fulfilment }, engineUp) => {
        requireEngine(engineUp);
        const { checked, started } = await fulfilment.recover();
        shell.print([`${checked} open orders checked, ${started} workflows started.`]);
      }),
    );
}
