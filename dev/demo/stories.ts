import { expectOf, expectPurchase } from './expect.js';
import { killedBetweenCommitAndCompletion } from './story-killed.js';
import { monthsPass } from './story-months.js';
import { paidOnce, type Story } from './story.js';
import { ProductType } from '../store/iap-types.js';

const ordinary: Story = {
  title: 'An ordinary purchase',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const app = await player.startApp();
    const order = expectPurchase(await app.purchase('gold60'), 'granted');
    paid(order);
    tell(`${player.account} paid for 60 gold; the kit submitted the order and was told: granted.`);
    await until(order, 'finished');
    tell('The kit finished the purchase with the store and said so; the order is closed.');
  },
};

const answerLost: Story = {
  title: 'The answer is lost on the way; the app asks again at its next launch',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const dying = await player.startApp({ diesUnanswered: true });
    const { purchaseOrderId: order } = await paidOnce(player, () => void dying.purchase('gold60'));
    paid(order);
    await until(order, 'granted');
    tell('The purchase was submitted and granted, but the app was killed before the answer reached it.');
    const app = await player.startApp();
    await until(order, 'finished');
    tell('At the next launch the store still lists it as unfinished; submitted again, it is answered from the ledger.');
    app.close();
  },
};

const fiftyAtOnce: Story = {
  title: 'Fifty identical submissions at once',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const order = await player.pay('gold60');
    paid(order.purchaseOrderId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => player.submit(order.purchaseData)));
    for (const answer of answers) expectOf(answer, { status: 200, state: 'granted' });
    tell('All fifty were told “granted”; the account got 60 gold, not 3,000.');
    await player.startApp();
    await until(order.purchaseOrderId, 'finished');
  },
};

const temporalDown: Story = {
  title: 'Temporal is down while a player pays, then comes back',
  async run({ stack, newPlayer, paid, tell, until }) {
    if (stack.temporal === undefined) return tell('Temporal is not ours to stop here; this story is left out.');
    const player = newPlayer();
    const app = await player.startApp();
    await stack.temporal.kill();
    const { purchaseOrderId: order, purchaseData } = await paidOnce(player, () => void app.purchase('gold60'));
    paid(order);
    expectOf(await player.submit(purchaseData), { status: 202, code: 'PENDING' });
    tell('Temporal was killed. The order is in the ledger all the same; the player sees “on its way”.');
    await stack.temporal.restart();
    await until(order, 'granted');
    tell('Temporal came back, and the order was granted.');
    await until(order, 'finished');
    tell('The app asked again by itself, and finished the purchase.');
  },
};

const notYours: Story = {
  title: 'A forged JWS, another application’s order, a revoked order, somebody else’s order',
  async run({ stack, newPlayer, paid, tell, until }) {
    const [player, other] = [newPlayer(), newPlayer()];
    const order = await player.pay('gold60');
    paid(order.purchaseOrderId);
    const { jwsPurchaseOrder: jws = '' } = JSON.parse(order.purchaseData) as { jwsPurchaseOrder?: string };
    expectOf(await player.submit(`${jws.slice(0, -8)}AAAAAAAA`), { status: 422, code: 'JWS_SIGNATURE_INVALID' });
    tell('A changed signature: refused, for good.');
    const foreign = { user: player.account, applicationId: '42', productId: 'gold60', productType: ProductType.CONSUMABLE };
    const { purchaseData } = await stack.store.pay(foreign);
    expectOf(await player.submit(purchaseData), { status: 422, code: 'APPLICATION_UNKNOWN' });
    tell('Well signed, but for another application: kept aside, not granted.');
    const refunded = await other.pay('gold60');
    stack.store.revoke(refunded.purchaseOrderId, '1');
    const revoked = await stack.store.purchaseData(refunded.purchaseOrderId);
    expectOf(await other.submit(revoked), { status: 409, code: 'PURCHASE_REVOKED' });
    tell('Refunded before it was ever granted: barred.');
    expectOf(await other.submit(order.purchaseData), { status: 409, code: 'OWNED_BY_ANOTHER_ACCOUNT' });
    tell('Somebody else’s order: its owner got the goods, whoever presented it.');
    await player.startApp();
    await until(order.purchaseOrderId, 'finished');
  },
};

const everyLaunch: Story = {
  title: 'A non-consumable shown again at every launch',
  async run({ newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const order = expectPurchase(await (await player.startApp()).purchase('noads'), 'granted');
    paid(order);
    await until(order, 'finished');
    for (let launch = 0; launch < 5; launch += 1) {
      const again = await (await player.startApp()).purchase('noads');
      expectPurchase(again, 'granted');
      if (!again.redelivered) throw new Error('it was sold again');
    }
    tell('Asked for at five launches: owned already, nothing charged, one entitlement, each answer from the ledger.');
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
