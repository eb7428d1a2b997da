import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { renderCalls, renderOperatorCommands } from '../../../dev/demo/printed-calls.js';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';

/** Comments are in each README's own language. */
const commandsOf = (script: string): string[] => script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));

const blocksOf = (file: string): string[][] =>
  [...readFileSync(join(PROJECT_DIR, file), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => commandsOf(block));

test.each(['README.md', 'README.zh-CN.md'])('%s shows the very calls that are printed', (file) => {
  const calls = renderCalls({ api: 'http://127.0.0.1:…', store: 'http://127.0.0.1:…', key: 'dlk_…' });
  expect(blocksOf(file)).toContainEqual(commandsOf(calls));
  expect(blocksOf(file)).toContainEqual(commandsOf(renderOperatorCommands('.dropless/env')));
});

test('an operator’s command finds its file wherever it lies, and leaves nothing in the shell that it is pasted into', async () => {
  const commands = renderOperatorCommands("/somewhere else's/env");
  expect(commands).toContain(`. '/somewhere else'\\''s/env';`);
  await expect(promisify(execFile)('bash', ['-nc', commands])).resolves.toBeDefined();
  for (const line of commandsOf(commands).filter((each) => each.includes('set -a'))) expect(line).toMatch(/^\s*\(set -a; .*\)$/);
});
