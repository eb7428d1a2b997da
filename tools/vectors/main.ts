import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { CaseResult } from './case-result.js';
import { runEcdsaVectors } from './ecdsa.js';
import { runJwkVectors } from './jwk.js';
import { runJwsVectors } from './jws.js';
import { runLimboVectors } from './limbo.js';
import { renderScore, scoreCases, type Score } from './score.js';

/** Each published format: how it is run, and where it lies where nothing else is said. */
const FORMATS = {
  jws: { run: runJwsVectors, path: '../shared/vectors/wycheproof-json_web_signature_test.json' },
  ecdsa: { run: runEcdsaVectors, path: '../shared/vectors/wycheproof-ecdsa_secp256r1_sha256_p1363_test.json' },
  jwk: { run: runJwkVectors, path: '../shared/vectors/wycheproof-json_web_key_test.json' },
  limbo: { run: runLimboVectors, path: '../shared/vectors/x509-limbo-selection.json' },
} as const satisfies Record<string, { run(file: unknown): readonly CaseResult[] | Promise<readonly CaseResult[]>; path: string }>;

type Format = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Format[];

const FILE_OPTION = { type: 'string' } as const;
const OPTIONS = { jws: FILE_OPTION, ecdsa: FILE_OPTION, jwk: FILE_OPTION, limbo: FILE_OPTION, json: { type: 'boolean' } } as const;

/** Runs published files against the code of production. 0: every case is as the file asks, or a listed exception. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const asked = NAMES.filter((name) => values[name] !== undefined);
  const scores: Score[] = [];
  for (const name of asked.length > 0 ? asked : NAMES) {
    const path = values[name] ?? FORMATS[name].path;
    const results = await FORMATS[name].run(JSON.parse(readFileSync(path, 'utf8')));
    scores.push(scoreCases({ format: name, path, results }));
  }
  const ok = scores.every(({ mismatches }) => mismatches.length === 0);
  const date = new Date().toISOString().slice(0, 10);
  console.log(values.json === true ? JSON.stringify({ date, ok, files: scores }, null, 2) : [date, ...scores.map(renderScore)].join('\n'));
  return ok ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
