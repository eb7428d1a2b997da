import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rememberPorts } from '../../../dev/stack/remembered-ports.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ports-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a second start has the ports of the first, no two of them the same', async () => {
  const first = await rememberPorts(dir);
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  expect(await rememberPorts(dir)).toEqual(first);
});

test('a port that is taken by now is replaced, and the others stay', async () => {
  const first = await rememberPorts(dir);
  const stranger = createServer().listen(first.api, '127.0.0.1');
  await once(stranger, 'listening');
  const second = await rememberPorts(dir);
  stranger.close();
  await once(stranger, 'close');
  expect(second).toEqual({ ...first, api: second.api });
  expect(second.api).not.toBe(first.api);
});
