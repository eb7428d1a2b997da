import type { Argument, Command, Option } from 'commander';
import { toTable, type Row } from './to-table.js';
import { createProgram } from '../src/operator/create-program.js';
import { createShell } from '../src/operator/create-shell.js';

export interface CommandFacts {
  /** Of the four in docs/cli.md. */
  readonly needs: 'nothing' | 'roots' | 'ledger' | 'all' | 'Temporal';
  readonly example: string;
}

const ORDER = '20260228120000.3361';

/** What the program itself does not know of its commands. Each command must stand here. */
export const COMMAND_FACTS: Readonly<Record<string, CommandFacts>> = {
  verify: { needs: 'roots', example: 'dropless verify purchase.json --at signed --catalogue catalogue.example.json' },
  show: { needs: 'ledger', example: `dropless show ${ORDER}` },
  parked: { needs: 'ledger', example: 'dropless parked --limit 200 --json' },
  retry: { needs: 'all', example: `dropless retry ${ORDER} --park 1 --why "gold60 is in the catalogue now"` },
  resolve: { needs: 'all', example: `dropless resolve ${ORDER} --as granted-elsewhere --park 1 --why "delivered by the old system"` },
  release: { needs: 'all', example: `dropless release ${ORDER} --account player-7 --park 1 --why "the old system never delivered it"` },
  attach: { needs: 'all', example: `dropless attach ${ORDER} --account player-7 --park 1 --why "receipt shown in ticket 812"` },
  'catalogue check': { needs: 'nothing', example: 'dropless catalogue check catalogue.example.json' },
  'catalogue apply': { needs: 'ledger', example: 'dropless catalogue apply catalogue.example.json --why "the spring offer"' },
  'key create': { needs: 'ledger', example: 'dropless key create --realm game --environment sandbox' },
  'key revoke': { needs: 'ledger', example: 'dropless key revoke 0123456789ab' },
  'account forget': {
    needs: 'ledger',
    example: 'dropless account forget --realm game --environment production --account player-7 --why "erasure asked for in ticket 90"',
  },
  'crl fetch': { needs: 'ledger', example: 'dropless crl fetch purchase.json' },
  migrate: { needs: 'ledger', example: 'dropless migrate' },
  setup: { needs: 'Temporal', example: 'dropless setup' },
  recover: { needs: 'all', example: 'dropless recover' },
};

/** Each command with what it takes, as the program has it. */
export function renderCommands(): string {
  return listCommands(createDescribedProgram())
    .map(({ path, command }) => renderCommand(path, command))
    .join('\n\n');
}

interface ListedCommand {
  readonly path: string;
  readonly command: Command;
}

function listCommands({ commands }: Command, group = ''): ListedCommand[] {
  return commands.flatMap((command) => {
    const path = `${group}${command.name()}`;
    return command.commands.length === 0 ? [{ path, command }] : listCommands(command, `${path} `);
  });
}

const toArgumentWord = (argument: Argument): string => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`);

function renderCommand(path: string, command: Command): string {
  const facts = COMMAND_FACTS[path];
  if (facts === undefined) throw new Error(`tools/render-commands.ts says nothing of \`dropless ${path}\``);
  const words = command.registeredArguments.map(toArgumentWord);
  const rows = [...command.registeredArguments.map(toArgumentRow), ...command.options.map(toOptionRow)];
  return [
    `### \`${['dropless', path, ...words].join(' ')}\``,
    `${command.description()} Needs: ${facts.needs}.`,
    `    ${facts.example}`,
    ...(rows.length === 0 ? [] : [toTable(['argument or option', 'meaning', 'if it is left out'], rows)]),
  ].join('\n\n');
}

const toArgumentRow = (argument: Argument): Row => [`\`<${argument.name()}>\``, argument.description, '**required**'];

function toOptionRow({ flags, description, argChoices, mandatory, defaultValue, defaultValueDescription }: Option): Row {
  const choices = argChoices === undefined ? '' : `: ${argChoices.map((choice) => `\`${choice}\``).join(' or ')}`;
  const preset = defaultValueDescription ?? (defaultValue === undefined ? '' : `\`${String(defaultValue)}\``);
  return [`\`${flags}\``, `${description}${choices}`, mandatory ? '**required**' : preset];
}

/** To be looked at, not run. */
function createDescribedProgram(): Command {
  const refuse = (): never => {
    throw new Error('a document is written without servers');
  };
  const deps = { userName: () => '', trustedRoots: refuse, databaseUrl: refuse, openDatabase: refuse, openFulfilment: refuse };
  return createProgram(createShell({ ...deps, temporal: refuse, writeOut: refuse, writeError: refuse }, refuse));
}
