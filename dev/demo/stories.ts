import { expectOf } from './expect.js';
import { toBought } from './player.js';
import { killedBetweenCommitAndCompletion } from './story-killed.js';
import { monthsPass } from './story-months.js';
import type { Story } from './story.js';
import { ProductType, PurchaseQueryType } from '../store/iap-types.js';

const ordinary: Story = {
  title: 'An ordinary purchase',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const order = await player.buy('gold60');
    paid(order.purchaseOrderId);
    expectOf(await player.submit(order.purchaseData), { status: 200, state: 'granted' });
    tell(`${player.account} paid for 60 gold; the answer says granted.`);
    expectOf(await player.finish(order), { status: 200 });
    await until(order.purchaseOrderId, 'finished');
    tell('The device finished the purchase with the store and said so; the order is closed.');
  },
};

const answerLost: Story = {
  title: 'The answer is lost on the way; the app asks again at its next launch',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const order = await player.buy('gold60');
    paid(order.purchaseOrderId);
    await player.submit(order.purchaseData);
    tell('The purchase was submitted, but its answer never reached the phone.');
    const query = { productType: ProductType.CONSUMABLE, queryType: PurchaseQueryType.UNFINISHED };
    const [found] = (await player.iap.queryPurchases({}, query)).purchaseDataList;
    if (found === undefined) throw new Error('the store forgot the order');
    expectOf(await player.submit(found), { status: 200, state: 'granted' });
    tell('At the next launch the store still lists it as unfinished; submitted again, it is answered from the ledger.');
    await player.finish(toBought(found));
    await until(order.purchaseOrderId, 'finished');
  },
};

const fiftyAtOnce: Story = {
  title: 'Fifty identical submissions at once',
  async run({ newPlayer, paid, tell }) {
    const player = newPlayer();
    const order = await player.buy('gold60');
    paid(order.purchaseOrderId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => player.submit(order.purchaseData)));
    for (const answer of answers) expectOf(answer, { status: 200, state: 'granted' });
    tell('All fifty were told “granted”; the account got 60 gold, not 3,000.');
    await player.finish(order);
  },
};

const temporalDown: Story = {
  title: 'Temporal is down while a player pays, then comes back',
  async run({ stack, newPlayer, paid, tell, until }) {
    if (stack.temporal === undefined) return tell('Temporal is not ours to stop here; this story is left out.');
    const player = newPlayer();
    await stack.temporal.kill();
    const order = await player.buy('gold60');
    paid(order.purchaseOrderId);
    const answer = await player.submit(order.purchaseData);
    expectOf(answer, { status: 202, code: 'PENDING' });
    tell('Temporal was killed. The order is in the ledger all the same; the player hears “on its way”.');
    await stack.temporal.restart();
    await until(order.purchaseOrderId, 'granted');
    tell('Temporal came back; the sweep found the order and it was granted.');
    expectOf(await player.submit(order.purchaseData), { status: 200, state: 'granted' });
    await player.finish(order);
  },
};

const notYours: Story = {
  title: 'A forged JWS, another application’s order, a revoked order, somebody else’s order',
  async run({ stack, newPlayer, paid, tell }) {
    const [player, other] = [newPlayer(), newPlayer()];
    const order = await player.buy('gold60');
    paid(order.purchaseOrderId);
    const { jwsPurchaseOrder: jws = '' } = JSON.parse(order.purchaseData) as { jwsPurchaseOrder?: string };
    expectOf(await player.submit(`${jws.slice(0, -8)}AAAAAAAA`), { status: 422, code: 'JWS_SIGNATURE_INVALID' });
    tell('A changed signature: refused, for good.');
    const foreign = { user: player.account, applicationId: '42', productId: 'gold60', productType: ProductType.CONSUMABLE };
    const { purchaseData } = await stack.store.pay(foreign);
    expectOf(await player.submit(purchaseData), { status: 422, code: 'APPLICATION_UNKNOWN' });
    tell('Well signed, but for another application: kept aside, not granted.');
    const refunded = await other.buy('gold60');
    stack.store.revoke(refunded.purchaseOrderId, '1');
    const revoked = await stack.store.purchaseData(refunded.purchaseOrderId);
    expectOf(await other.submit(revoked), { status: 409, code: 'PURCHASE_REVOKED' });
    tell('Refunded before it was ever granted: barred.');
    expectOf(await other.submit(order.purchaseData), { status: 409, code: 'OWNED_BY_ANOTHER_ACCOUNT' });
    tell('Somebody else’s order: its owner got the goods, whoever presented it.');
    await player.finish(order);
  },
};

const everyLaunch: Story = {
  title: 'A non-consumable shown again at every launch',
  async run({ newPlayer, paid, tell }) {
    const player = newPlayer();
    const order = await player.buy('noads');
    paid(order.purchaseOrderId);
    expectOf(await player.submit(order.purchaseData), { status: 200, state: 'granted' });
    await player.finish(order);
    const query = { productType: ProductType.NONCONSUMABLE, queryType: PurchaseQueryType.CURRENT_ENTITLEMENT };
    for (let launch = 0; launch < 5; launch += 1) {
      const [owned = ''] = (await player.iap.queryPurchases({}, query)).purchaseDataList;
      expectOf(await player.submit(owned), { status: 200 });
    }
    tell('Shown at five launches: one entitlement, each answer from the ledger.');
  },
};

export const STORIES: readonly Story[] = [
  ordinary,
  answerLost,
  fiftyAtOnce,
  killedBetweenCommitAndCompletion,
  temporalDown,
  monthsPass,
  notYours,
  everyLaunch,
];
