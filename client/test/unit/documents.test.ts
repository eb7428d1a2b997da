import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkArkTs } from '../../../tools/arkts-checker.js';

const DOCUMENTS = ['docs/client.md', 'docs/client.zh-CN.md'];
const PACKAGES = { '@dropless/purchase-kit': 'client/Index' };

/** The programs of a document: ArkTS that begins with the name of its file. */
function listPrograms(document: string): readonly (readonly [name: string, text: string])[] {
  const blocks = readFileSync(document, 'utf8').matchAll(/```ts\n(\/\/ (\S+\.ets)\n[^]*?)```/g);
  return [...blocks].map(([, text = '', path = '']) => [basename(path), text]);
}

test('each program of the documents is ArkTS that fits the kit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = DOCUMENTS.flatMap((document) => listPrograms(document)).map(([name, text], index) => {
    const path = join(folder, `${index}-${name}`);
    writeFileSync(path, text);
    return path;
  });
  expect(files.length).toBe(6);
  expect(checkArkTs(files, 'client/types', PACKAGES)).toEqual([]);
});

test('the guide in Chinese has the programs of the English one', () => {
  const [english = [], chinese = []] = DOCUMENTS.map((document) => listPrograms(document).map(([, text]) => toCode(text)));
  expect(chinese.length).toBe(2);
  for (const program of chinese) expect(english).toContain(program);
});

/** Without comments, and without the language of the sentences. */
function toCode(text: string): string {
  return text.replace(/^ *\/[/*].*$/gm, '').replace(/\.(zh|en)\b/g, '');
}

test('each test that docs/client.md names as a proof is there', () => {
  const rows = readFileSync('docs/client.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| .*`(?:unit|e2e)\//.test(line));
  expect(rows.length).toBe(14);
  for (const row of rows) {
    let source = '';
    for (const [, file, name] of row.matchAll(/`((?:unit|e2e)\/[\w/-]+)`|“([^”]+)”/g)) {
      if (file !== undefined) source = readFileSync(`client/test/${file}.test.ts`, 'utf8');
      if (name !== undefined) expect(source).toContain(`'${name}'`);
    }
  }
});
