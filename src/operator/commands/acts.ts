import { Option, type Command } from 'commander';
import type { PurchaseOrderId } from '../../domain/ids.js';
import type { Operator } from '../../ledger/operator-acts.js';
import { parseAccountArgument, parseCount, parseOrderArgument, parseWords } from '../arguments.js';
import type { Shell } from '../operator-deps.js';
import { performAct } from '../perform-act.js';

interface ActOptions {
  readonly why: string;
  readonly who: string;
  readonly park?: number;
}

export function addActCommands(program: Command, shell: Shell): void {
  addAct(program, shell, 'retry', 'Judge a parked order anew, after its cause was mended.').action(
    (order: PurchaseOrderId, operator: ActOptions) =>
      performAct(shell, order, {
        needsEngine: true,
        park: operator.park,
        act: (fulfilment) => fulfilment.retry(order, toOperator(operator)),
      }),
  );
  addAct(program, shell, 'resolve', 'Close a parked order without a grant of ours.')
    .addOption(new Option('--as <outcome>', 'what became of it').choices(['refused', 'granted-elsewhere']).makeOptionMandatory())
    .action((order: PurchaseOrderId, { as, ...operator }: ActOptions & { readonly as: 'refused' | 'granted-elsewhere' }) =>
      performAct(shell, order, {
        needsEngine: true,
        park: operator.park,
        act: (fulfilment) => fulfilment.resolve(order, as, toOperator(operator)),
      }),
    );
  addAct(program, shell, 'release', 'Let a parked or refused order be granted in spite of what stands against it.')
    .option('--account <id>', 'the account to grant it to, where it has no owner', parseAccountArgument)
    .action((order: PurchaseOrderId, { account, ...operator }: ActOptions & { readonly account?: string }) =>
      performAct(shell, order, {
        needsEngine: false,
        park: operator.park,
        act: (fulfilment) => fulfilment.release(order, account, toOperator(operator)),
      }),
    );
  addAct(program, shell, 'attach', 'Give an order without an owner its account.')
    .requiredOption('--account <id>', 'whose order it is', parseAccountArgument)
    .action((order: PurchaseOrderId, { account, ...operator }: ActOptions & { readonly account: string }) =>
      performAct(shell, order, {
        needsEngine: false,
        park: operator.park,
        act: (fulfilment) => fulfilment.attach(order, account, toOperator(operator)),
      }),
    );
}

function addAct(program: Command, { userName }: Shell, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<order>', 'the order id on the receipt', parseOrderArgument)
    .requiredOption('--why <words>', 'the reason, recorded with the act', parseWords)
    .option('--who <name>', 'who decides, recorded with the act', parseWords, userName())
    .option('--park <number>', 'act only if the order is still parked under this number', parseCount);
}

const toOperator = ({ who, why }: ActOptions): Operator => ({ who, why });
