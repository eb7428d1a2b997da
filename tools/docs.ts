import { z } from 'zod';
import { renderCommands } from './render-commands.js';
import { renderConsumerRules } from './render-consumer-rules.js';
import { toTable, type Row } from './to-table.js';
import type { Variable } from '../src/config/variable.js';
import { VARIABLE_NAMES, VARIABLES } from '../src/config/variables.js';
import { ERROR_CODES } from '../src/domain/error-codes.js';
import { catalogueSchema } from '../src/domain/parse-catalogue.js';

/** The parts of docs/ that are written from code, by file and by the name of their section. */
export const SECTIONS: readonly { readonly file: string; readonly section: string; readonly render: () => string }[] = [
  { file: 'docs/configuration.md', section: 'variables', render: () => renderVariables(VARIABLES, VARIABLE_NAMES) },
  { file: 'docs/errors.md', section: 'errors', render: renderErrors },
  { file: 'docs/cli.md', section: 'commands', render: renderCommands },
];

/** Files that are written from code as a whole. */
export const FILES: readonly { readonly file: string; readonly render: () => string }[] = [
  { file: 'catalogue.schema.json', render: renderCatalogueSchema },
  { file: 'client/consumer-rules.txt', render: renderConsumerRules },
];

/** For editors: what it lets through, `dropless catalogue check` may still refuse, such as a productId that stands there twice. */
function renderCatalogueSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(catalogueSchema, { io: 'input' });
  return `${JSON.stringify({ $schema, title: 'A catalogue of dropless', ...schema }, null, 2)}\n`;
}

export function renderVariables(variables: Readonly<Record<string, Variable>>, names: readonly string[]): string {
  const rows = names.flatMap((name): Row[] => {
    const variable = variables[name];
    if (variable === undefined) return [];
    const preset = variable.default === undefined ? (variable.required ? '**required**' : 'unset') : `\`${variable.default}\``;
    const { unit, secret, processes, meaning } = variable;
    return [[`\`${name}\``, unit, preset, secret ? 'yes' : '', processes.join(', '), meaning]];
  });
  return toTable(['variable', 'it must be', 'default', 'secret', 'read by', 'meaning'], rows);
}

function renderErrors(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { final, next, en, zh }]): Row => [
    `\`${code}\``,
    final ? 'yes' : 'no',
    `\`${next}\``,
    en,
    zh,
  ]);
  return toTable(['code', 'final', 'next', 'meaning', '说明'], rows);
}

/** Puts a section between its two marks. A document without them is a mistake, never a reason to skip. */
export function replaceSection(document: string, section: string, content: string): string {
  const begin = `<!-- written from code: ${section} -->`;
  const end = `<!-- end: ${section} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the marks of the section "${section}" are missing`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
}
