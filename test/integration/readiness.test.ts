import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../support/api.js';
import { createTestWorld, type TestWorld } from '../support/app.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import type { Runtime } from '../../src/runtime.js';

let world: TestWorld;
let proxy: TcpProxy;
let runtime: Runtime;
let api: TestApi;
beforeEach(async () => {
  world = await createTestWorld();
  const url = new URL(world.database.url);
  proxy = await openTcpProxy({ port: Number(url.port) });
  url.host = proxy.address;
  runtime = await world.openRuntime({ worker: false }, { databaseUrl: url.href });
  api = await openTestApi(world, runtime);
});
afterEach(async () => {
  await proxy.setMode('pass');
  await api.app.close();
  await world.close();
  await proxy.close();
});

const ask = () => api.app.inject({ url: '/readyz' });
const isReady = async () => (await ask()).statusCode === 200;

test('callers that keep the whole pool busy do not make the server unready', async () => {
  let isBusy = true;
  const everyConnection = Array.from({ length: world.config().database.poolSizeMax }, () => runtime.db.query('select pg_sleep(2)'));
  const busy = Promise.all(everyConnection).then(() => {
    isBusy = false;
  });
  expect(await isReady()).toBe(true);
  expect(isBusy).toBe(true);
  await busy;
});

test('a database that hangs is answered 503 while a load balancer still waits, however many ask, and ready again once it answers', async () => {
  expect(await isReady()).toBe(true);
  await proxy.setMode('hang');
  for (let round = 0; round < 2; round += 1) {
    const askedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    expect(performance.now() - askedAt).toBeLessThan(5_000);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([503]));
  }
  await proxy.setMode('pass');
  await pollUntil(isReady, { deadlineMs: 20_000 });
});
