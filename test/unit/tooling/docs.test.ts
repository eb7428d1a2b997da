import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { VARIABLE_NAMES, VARIABLES } from '../../../src/config/variables.js';
import { renderVariables, replaceSection, SECTIONS } from '../../../tools/docs.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

test.each(SECTIONS)('$file says of $section what the code says', ({ file, section, render }) => {
  const document = readFileSync(join(ROOT, file), 'utf8');
  expect(replaceSection(document, section, render())).toBe(document);
});

test('a variable that the document lacks is noticed', () => {
  const document = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const grown = { ...VARIABLES, DROPLESS_NEW: VARIABLES.DROPLESS_PORT };
  expect(replaceSection(document, 'variables', renderVariables(grown, [...VARIABLE_NAMES, 'DROPLESS_NEW']))).not.toBe(document);
});

test('a document without the marks is refused, not skipped', () => {
  expect(() => replaceSection('# Errors', 'errors', 'table')).toThrow('marks');
});

test('every variable is documented with its unit, and with its default or that it has none', () => {
  const document = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  for (const name of VARIABLE_NAMES) {
    const row = document.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const { unit, default: preset, required } = VARIABLES[name];
    expect(row, name).toContain(unit);
    expect(row, name).toContain(preset ?? (required ? '**required**' : 'unset'));
  }
});

test('every variable that the code, the compose file or a document names is in the table', () => {
  const places = ['src', 'dev', 'bench', 'docs'].flatMap((folder) => listFiles(join(ROOT, folder)));
  const others = ['docker-compose.yml', 'Dockerfile', '.env.example', 'README.md', 'CONTRIBUTING.md'].map((name) => join(ROOT, name));
  const known = new Set<string>(VARIABLE_NAMES.flatMap((name) => (VARIABLES[name].secret ? [name, `${name}_FILE`] : [name])));
  const unknown = [...places, ...others].flatMap((path) =>
    [...readIfThere(path).matchAll(/\bDROPLESS_[A-Z][A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name).filter((name) => !known.has(name)),
  );
  expect([...new Set(unknown)]).toEqual([]);
});

function listFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && /\.(ts|md)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // Not every folder is in every checkout.
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
