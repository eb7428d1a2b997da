import { Option, type Command } from 'commander';
import type { PurchaseOrderId } from '../../domain/ids.js';
import type { Decision } from '../../ledger/operator-acts.js';
import { parseAccountArgument, parseCount, parseOrderArgument } from '../arguments.js';
import type { Shell } from '../operator-deps.js';
import { performAct } from '../perform-act.js';
import { addWhoAndWhy } from '../who-and-why.js';

type As = 'refused' | 'granted-elsewhere';

export function addActCommands(program: Command, shell: Shell): void {
  addAct(program, shell, 'retry', 'Judge a parked order anew, after its cause was mended.').action(
    (order: PurchaseOrderId, decision: Decision) => performAct(shell, order, (fulfilment) => fulfilment.retry(order, decision)),
  );
  addAct(program, shell, 'resolve', 'Close a parked order without a grant of ours.')
    .addOption(new Option('--as <outcome>', 'what became of it').choices(['refused', 'granted-elsewhere']).makeOptionMandatory())
    .action((order: PurchaseOrderId, { as, ...decision }: Decision & { readonly as: As }) =>
      performAct(shell, order, (fulfilment) => fulfilment.resolve(order, as, decision)),
    );
  addAct(program, shell, 'release', 'Let a parked or refused order be granted in spite of what stands against it.')
    .option('--account <id>', 'the account to grant it to, where it has no owner', parseAccountArgument)
    .action((order: PurchaseOrderId, { account, ...decision }: Decision & { readonly account?: string }) =>
      performAct(shell, order, (fulfilment) => fulfilment.release(order, account, decision)),
    );
  addAct(program, shell, 'attach', 'Give an order without an owner its account.')
    .requiredOption('--account <id>', 'whose order it is', parseAccountArgument)
    .action((order: PurchaseOrderId, { account, ...decision }: Decision & { readonly account: string }) =>
      performAct(shell, order, (fulfilment) => fulfilment.attach(order, account, decision)),
    );
}

/** The parsed options of each are a `Decision`. */
function addAct(program: Command, shell: Shell, name: string, description: string): Command {
  const act = program.command(name).description(description).argument('<order>', 'the order id on the receipt', parseOrderArgument);
  return addWhoAndWhy(act, shell).option('--park <number>', 'act only if the order is still parked under this number', parseCount);
}
