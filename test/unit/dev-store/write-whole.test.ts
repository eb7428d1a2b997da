import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../../dev/store/write-whole.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'write-whole-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a text that cannot be written leaves the one before as it was', () => {
  const file = join(dir, 'file');
  writeWhole(file, 'one');
  mkdirSync(`${file}.next`);
  expect(() => writeWhole(file, 'two')).toThrow();
  expect(readFileSync(file, 'utf8')).toBe('one');
});
