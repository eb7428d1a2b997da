import { readFileSync, writeFileSync } from 'node:fs';
import { replaceSection, SECTIONS } from './docs.js';

/** Writes what docs/ takes from code; with `--check` it changes nothing and fails where they differ. */
function main(check: boolean): number {
  let differing = 0;
  for (const { file, section, render } of SECTIONS) {
    const document = readFileSync(file, 'utf8');
    const wanted = replaceSection(document, section, render());
    if (wanted === document) continue;
    differing += 1;
    if (check) console.error(`${file}: the section "${section}" is not what the code says; run \`npm run docs\``);
    else writeFileSync(file, wanted);
  }
  return check && differing > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.includes('--check'));
