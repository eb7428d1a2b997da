import type { Command } from 'commander';
import type { Catalogue } from '../../domain/catalogue.js';
import { applyCatalogue } from '../../fulfilment/catalogue-source.js';
import type { Operator } from '../../ledger/operator-acts.js';
import { readTextArgument } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';
import { parseCatalogueText } from '../parse-catalogue-text.js';
import { addWhoAndWhy } from '../who-and-why.js';

export function addCatalogueCommands(program: Command, shell: Shell): void {
  const command = program.command('catalogue').description('What is sold, and what it grants.');
  command
    .command('check')
    .description('Say whether a catalogue file is good, and where not. Needs no database.')
    .argument('<file>', 'the catalogue; - for standard input', readTextArgument)
    .action((text: string) => shell.print([`The catalogue is good: ${countParts(parseCatalogueText(text).catalogue)}.`]));
  const apply = command
    .command('apply')
    .description('Store a catalogue as the next version; running processes follow within a second.')
    .argument('<file>', 'the catalogue; - for standard input', readTextArgument);
  addWhoAndWhy(apply, shell).action(async (text: string, { who, why }: Operator) => {
    const { content, catalogue } = parseCatalogueText(text);
    const version = await withLedger(shell, (db) => applyCatalogue(db, content, who, why));
    shell.print([
      `Catalogue version ${version} is in force: ${countParts(catalogue)}.`,
      'Orders that were parked for want of it are judged anew by the sweep; `dropless retry ORDER --why "…"` does it at once.',
    ]);
  });
}

function countParts({ applications }: Catalogue): string {
  const products = [...applications.values()].reduce((sum, application) => sum + application.products.size, 0);
  return `applications: ${applications.size}, products: ${products}`;
}
