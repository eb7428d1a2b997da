import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeEnvFile } from '../../../dev/stack/env-file.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'env-file-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a shell reads back every value, character for character', async () => {
  const env = { A_URL: 'postgres://u:p@127.0.0.1:1/db?a=b&c=$HOME', A_PATH: "/it's here/`root`.pem", A_LIST: 'k1:AAA,k2:BBB', EMPTY: '' };
  const file = join(dir, 'env');
  writeEnvFile(file, env);
  const print = 'process.stdout.write(JSON.stringify(process.env))';
  const script = 'set -a; . "$1"; set +a; exec "$2" -e "$3"';
  const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', file, process.execPath, print]);
  expect(JSON.parse(stdout)).toMatchObject(env);
});

test('the file is for its owner alone, also where it was there before', () => {
  const file = join(dir, 'env');
  writeEnvFile(file, { A: 'one' });
  writeEnvFile(file, { A: 'two' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['env']);
});
