import type { Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import { parseCatalogue } from '../../domain/parse-catalogue.js';
import { applyCatalogue } from '../../fulfilment/catalogue-source.js';
import { parseWords, readTextArgument } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';

export function addCatalogueCommands(program: Command, shell: Shell): void {
  const catalogue = program.command('catalogue').description('What is sold, and what it grants.');
  catalogue
    .command('check')
    .description('Say whether a catalogue file is good, and where not. Needs no database.')
    .argument('<file>', 'the catalogue; - for standard input', readTextArgument)
    .action((text: string) => shell.print([`The catalogue is good: ${countParts(parseJson(text))}.`]));
  catalogue
    .command('apply')
    .description('Store a catalogue as the next version; running processes follow within a second.')
    .argument('<file>', 'the catalogue; - for standard input', readTextArgument)
    .requiredOption('--why <words>', 'the reason, recorded with the version', parseWords)
    .option('--who <name>', 'who decides, recorded with the version', parseWords, shell.userName())
    .action(async (text: string, { who, why }: { readonly who: string; readonly why: string }) => {
      const content = parseJson(text);
      const parts = countParts(content);
      const version = await withLedger(shell, (db) => applyCatalogue(db, content, who, why));
      shell.print([
        `Catalogue version ${version} is in force: ${parts}.`,
        'Orders parked for want of it: `dropless parked`, then `dropless retry`.',
      ]);
    });
}

/** @throws {DroplessError} `CATALOGUE_INVALID` */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DroplessError('CATALOGUE_INVALID', { field: 'the file is not JSON', cause: error });
  }
}

/** @throws {DroplessError} `CATALOGUE_INVALID`, with the path of the fault */
function countParts(content: unknown): string {
  const applications = [...parseCatalogue(content, 0).applications.values()];
  const products = applications.reduce((sum, application) => sum + application.products.size, 0);
  return `applications: ${applications.length}, products: ${products}`;
}
