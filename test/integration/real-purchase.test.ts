import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { createTestCli } from '../support/cli.js';
import { ERROR_CODES } from '../../src/domain/error-codes.js';
import { parsePurchaseOrderId } from '../../src/domain/ids.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../src/ledger/balances.js';

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

  test('is parked, having been finished before dropless knew it; one recorded release takes it to finished', async () => {
    const runtime = await world.openRuntime({ now: () => SIGNED_AT });
    await untilEngineUp(runtime);
    const player = world.account();
    const answer = await runtime.fulfilment.submit({ evidence: JWS, presenter: player });
    expect(answer).toMatchObject({ code: 'FINISHED_ELSEWHERE', mayFinish: false, purchase: { purchaseOrderId: ORDER, state: 'received' } });

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
    const history = Buffer.from(JSON.stringify(await handle.fetchHistory())).toString();
    // Payloads are bytes: as JSON they stand in base64, so each is looked for as text and in its three alignments.
    for (const secret of [PURCHASE_TOKEN, ...JWS.split('.')]) {
      for (const form of toForms(secret)) expect(history.includes(form)).toBe(false);
    }
    expect(toForms(ORDER).some((form) => history.includes(form))).toBe(true);
  });

  test('is answered as expired by today’s clock, which is not final', async () => {
    const runtime = await world.openRuntime({ worker: false });
    const submission = runtime.fulfilment.submit({ evidence: JWS, presenter: world.account() });
    await expect(submission).rejects.toMatchObject({ code: 'JWS_CERTIFICATE_EXPIRED' });
    expect(ERROR_CODES.JWS_CERTIFICATE_EXPIRED).toMatchObject({ final: false, next: 'fresh-evidence' });
  });
});

function toForms(secret: string): string[] {
  const aligned = [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(4, -8),
  );
  return [secret, ...aligned];
}
