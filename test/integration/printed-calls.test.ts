import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderCalls } from '../../dev/demo/printed-calls.js';
import { findOrCreateDemoKey } from '../../dev/stack/demo-key.js';
import { PROJECT_DIR } from '../../dev/stack/project-dir.js';
import { openStoreServer } from '../../dev/store/http.js';
import { createApi } from '../../src/api/app.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { createTestWorld, untilEngineUp, type TestWorld } from '../support/app.js';

let dir: string;
let world: TestWorld;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'printed-calls-'));
  world = await createTestWorld();
  const catalogue: unknown = JSON.parse(await readFile(join(PROJECT_DIR, 'dev/catalogue.json'), 'utf8'));
  await applyCatalogue(world.database.db, catalogue, 'test', 'the demo’s own');
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await world.close();
  await rm(dir, { recursive: true });
});

async function openAddresses() {
  const runtime = await world.openRuntime();
  await untilEngineUp(runtime);
  const api = await createApi({ ...runtime, limits: world.config().api, tokenIssuers: [] });
  closing.push(() => api.close());
  const store = await openStoreServer(world.store);
  closing.push(store.close);
  return {
    api: await api.listen({ host: '127.0.0.1', port: 0 }),
    store: store.url,
    key: await findOrCreateDemoKey(dir, world.database.db),
  };
}

test('the printed calls, pasted as they stand, take a purchase from its announcement to the spending', async () => {
  const calls = renderCalls(await openAddresses());
  const { stdout } = await promisify(execFile)('bash', ['-ec', calls], { cwd: dir });
  const answers = stdout.trim().split('\n');
  const [submitted, found, acknowledged, goods, spent] = answers.map((line) => JSON.parse(line) as unknown);
  expect(answers).toHaveLength(5);
  expect(submitted).toMatchObject({ state: 'granted', mayFinish: true });
  expect(found).toMatchObject({ account: 'alice', productId: 'gold60', timeline: [{ kind: 'received' }, { kind: 'granted' }] });
  expect(acknowledged).toMatchObject({ state: 'granted' });
  expect(goods).toMatchObject({ balances: [{ currency: 'gold', amount: '60' }] });
  expect(spent).toEqual({ currency: 'gold', balance: '50' });
  const [order] = world.store.listOrders({ user: 'player' });
  expect(order).toMatchObject({ finished: true, developerPayload: expect.stringMatching(/^v1\./) as unknown });
});

test('the demo keeps its key over starts, and makes another where the database does not know it', async () => {
  const key = await findOrCreateDemoKey(dir, world.database.db);
  expect(await findOrCreateDemoKey(dir, world.database.db)).toBe(key);
  const other = await createTestWorld();
  closing.push(other.close);
  expect(await findOrCreateDemoKey(dir, other.database.db)).not.toBe(key);
});
