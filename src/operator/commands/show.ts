import type { Command } from 'commander';
import type { PurchaseOrderId } from '../../domain/ids.js';
import { describePurchase } from '../../fulfilment/describe.js';
import { parseOrderArgument } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';
import { adviseOn } from '../park-advice.js';
import { renderStory } from '../render-story.js';

export function addShowCommand(program: Command, shell: Shell): void {
  program
    .command('show')
    .description('The story of one order, in plain words.')
    .argument('<order>', 'the order id on the receipt', parseOrderArgument)
    .option('--json', 'for programs')
    .action((order: PurchaseOrderId, { json }: { readonly json?: true }) =>
      withLedger(shell, async (db) => {
        const story = await describePurchase(db, order);
        if (json) shell.printJson({ ...story, workflowId: order, whatToDo: adviseOn(story.purchase) });
        else shell.print(renderStory(story));
      }),
    );
}
