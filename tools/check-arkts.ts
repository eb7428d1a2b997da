import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkArkTs, checkDeclarations } from './arkts-checker.js';

const TYPES = 'client/types';
const SOURCES = 'client/src/main/ets';
/** The sample's part without UI: pages do not check outside DevEco Studio. */
const SAMPLE = ['purchases', 'entryability/EntryAbility'].map((name) => `client/sample/entry/src/main/ets/${name}.ets`);
const PACKAGES = { '@dropless/purchase-kit': 'client/Index' };

/** The kit's ArkTS half, the sample's use of it, the core files that it imports, and the declarations that stand for Huawei's. */
function main(): number {
  const adapters = listFiles(SOURCES, '.ets');
  const declarations = listFiles(TYPES, '.d.ts');
  if (adapters.length === 0 || declarations.length === 0) {
    console.error(`Nothing to check in ${SOURCES} or ${TYPES}.`);
    return 1;
  }
  const findings = [
    ...checkArkTs(['client/Index.ets', ...adapters, ...SAMPLE], TYPES, PACKAGES),
    ...checkDeclarations(declarations, TYPES),
  ];
  for (const { file, line, rule, message } of findings) console.error(`${file}:${line} ${rule}: ${message}`);
  return findings.length === 0 ? 0 : 1;
}

function listFiles(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

process.exitCode = main();
