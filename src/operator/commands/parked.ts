import type { Command } from 'commander';
import { listParkedPurchases } from '../../ledger/purchases.js';
import { parseCount } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';
import { renderParked } from '../render-parked.js';

const LIMIT_DEFAULT = 50;

interface ParkedOptions {
  readonly limit: number;
  readonly json?: true;
}

export function addParkedCommand(program: Command, shell: Shell): void {
  program
    .command('parked')
    .description('The orders that wait for a person, the longest waiting first.')
    .option('--limit <n>', 'how many at most', parseCount, LIMIT_DEFAULT)
    .option('--json', 'for programs')
    .action(({ limit, json }: ParkedOptions) =>
      withLedger(shell, async (db) => {
        const purchases = await listParkedPurchases(db, limit);
        if (json) shell.printJson(purchases);
        else shell.print(renderParked(purchases, limit));
      }),
    );
}
