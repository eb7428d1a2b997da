import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { FILES, replaceSection, SECTIONS } from './docs.js';

const PARTS: readonly { readonly file: string; readonly part: string; readonly toWanted: (document: string) => string }[] = [
  ...SECTIONS.map(({ file, section, render }) => ({
    file,
    part: `the section "${section}"`,
    toWanted: (document: string) => replaceSection(document, section, render()),
  })),
  ...FILES.map(({ file, render }) => ({ file, part: 'the file', toWanted: render })),
];

/** Writes what is taken from code; with `--check` it changes nothing and fails where they differ. */
function main(check: boolean): number {
  let differing = 0;
  for (const { file, part, toWanted } of PARTS) {
    const document = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const wanted = toWanted(document);
    if (wanted === document) continue;
    differing += 1;
    if (check) console.error(`${file}: ${part} is not what the code says; run \`npm run docs\``);
    else writeFileSync(file, wanted);
  }
  return check && differing > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.includes('--check'));
