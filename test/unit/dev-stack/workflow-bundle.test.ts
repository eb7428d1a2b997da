import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../../dev/stack/workflow-bundle.js';

let dir: string;
let path: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dropless-bundle-'));
  path = join(dir, 'not-there-yet/bundle.js');
  await buildWorkflowBundle(path);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('the bundle holds every workflow, and nothing half-written lies beside it', async () => {
  const code = await readFile(path, 'utf8');
  expect(code).toContain('fulfilPurchase');
  expect(code).toContain('restartStranded');
  expect(await readdir(join(dir, 'not-there-yet'))).toEqual(['bundle.js', 'bundle.js.sources', 'bundle.traced.js']);
});

test('only the bundle for tracing holds any of it', async () => {
  const sdk = 'BasicTracerProvider';
  expect(await readFile(path, 'utf8')).not.toContain(sdk);
  expect(await readFile(path.replace('.js', '.traced.js'), 'utf8')).toContain(sdk);
});

test('a bundle of the same sources is not made again', async () => {
  const before = await stat(path);
  await buildWorkflowBundle(path);
  expect((await stat(path)).ino).toBe(before.ino);
});

test('a bundle of other sources is replaced', async () => {
  await writeFile(path, 'old');
  await writeFile(`${path}.sources`, 'the hash of other sources');
  await buildWorkflowBundle(path);
  expect(await readFile(path, 'utf8')).toContain('fulfilPurchase');
});
