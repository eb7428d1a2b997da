import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, openTestApi } from '../support/api.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { createTestCli } from '../support/cli.js';
import { parsePurchaseOrderId } from '../../src/domain/ids.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../src/ledger/balances.js';
import type { Runtime } from '../../src/runtime.js';

const SAMPLE = new URL('../../../shared/huawei-samples/real-jws-purchase-order.jws', import.meta.url);
const haveSample = existsSync(SAMPLE);
if (!haveSample) console.log('real-purchase: skipped, ../shared/huawei-samples is not there');

const JWS = haveSample ? readFileSync(SAMPLE, 'utf8').trim() : '';
const PURCHASE_TOKEN = '0000018f7f4279e9d43bd3b8eb415ce7be42d7b2701540560d53a9af00979ed10995fe5f42c1752a';
const ORDER = parsePurchaseOrderId('202405161036449949c73488c1.5765880207854356261');
const SIGNED_AT = new Date(1_716_434_162_562);

const CATALOGUE = {
  applications: [
    {
      applicationId: '5765880207854356261',
      packageName: 'com.example.tank',
      realm: 'game',
      environments: ['production'],
      adoptedAt: '2024-01-01T00:00:00Z',
      products: [
        { productId: 'com.raven.tank.hmcn.test', type: 'consumable', grants: [{ kind: 'currency', currency: 'gold', amount: 100 }] },
      ],
    },
  ],
};

describe.runIf(haveSample)('a purchase that Huawei signed, under Huawei’s own root', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await createTestWorld();
    await applyCatalogue(world.database.db, CATALOGUE, 'test', 'the real application');
  });
  afterAll(() => world.close());

  async function submit(runtime: Runtime, account: string) {
    const { app, key } = await openTestApi(world, runtime);
    try {
      return await app.inject({ method: 'POST', url: '/v1/purchases', payload: { account, purchaseData: JWS }, headers: bearer(key) });
    } finally {
      await app.close();
    }
  }

  test('is parked, having been finished before dropless knew it; one recorded release takes it to finished', async () => {
    const runtime = await world.openRuntime({ now: () => SIGNED_AT });
    await untilEngineUp(runtime);
    const player = world.account();
    const answer = await submit(runtime, player.accountId);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ purchaseOrderId: ORDER, state: 'received', code: 'FINISHED_ELSEWHERE', mayFinish: false });

    const dropless = createTestCli(world);
    const released = await dropless('release', ORDER, '--account', player.accountId, '--why', 'the other system lost it', '--who', 'li');
    expect(released).toMatchObject({ status: 0, err: '' });
    expect(released.out).toContain('finished (已完成)');
    expect(await untilState(world, ORDER, 'finished')).toMatchObject({ finishedBy: 'store', account: player, grantKind: 'goods' });
    expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 100n }]);

    const shown = JSON.parse((await dropless('show', ORDER, '--json')).out) as unknown;
    expect(shown).toMatchObject({ acts: [{ kind: 'release', who: 'li', why: 'the other system lost it' }] });
  });

  test('leaves neither its signature nor its token in the history of its workflow', async () => {
    const handle = world.temporal.client.workflow.getHandle(ORDER);
    expect(await handle.result()).toEqual({ state: 'finished' });
    const texts = listTexts(await handle.fetchHistory());
    expect(texts).toContain(JSON.stringify(ORDER)); // What a payload holds is looked into.
    for (const secret of [PURCHASE_TOKEN, ...JWS.split('.')]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  test('is answered as expired by today’s clock, which is not final', async () => {
    const runtime = await world.openRuntime({ worker: false });
    const answer = await submit(runtime, 'player-1');
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'JWS_CERTIFICATE_EXPIRED', final: false, next: 'fresh-evidence' });
  });
});

/** Every text in it; payloads are bytes. */
function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTexts) : [];
}
