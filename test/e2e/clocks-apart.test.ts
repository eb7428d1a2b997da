import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer, openTestApi } from '../support/api.js';
import { createTestWorld, untilEngineUp, untilState, type TestWorld } from '../support/app.js';
import { createTestIssuer } from '../support/player-tokens.js';
import { listBalances } from '../../src/ledger/balances.js';

const MINUTE_MS = 60_000;
const TOKEN_LIFE_SECONDS = 60;

let world: TestWorld;
beforeEach(async () => {
  world = await createTestWorld();
});
afterEach(() => world.close());

const clock = (minutesApart: number) => () => new Date(Date.now() + minutesApart * MINUTE_MS);

for (const minutes of [-4, 4]) {
  test(`an API whose clock is ${minutes} minutes off, and a worker's as far the other way, grant and finish a player's purchase once`, async () => {
    const front = await world.openRuntime({ worker: false, now: clock(minutes) });
    await world.openRuntime({ now: clock(-minutes) });
    await untilEngineUp(front);
    const issuer = await createTestIssuer();
    const { app } = await openTestApi(world, front, [issuer.entry]);
    const player = world.account();
    // The login service's clock is as far off: its token is not valid yet, or not any more, for one that goes right.
    const iat = Math.floor(clock(minutes)().getTime() / 1_000);
    const headers = bearer(await issuer.sign(player.accountId, { iat, nbf: iat, exp: iat + TOKEN_LIFE_SECONDS }));
    const { purchaseOrderId, purchaseData } = await world.pay();
    const payload = { purchaseData };
    const first = await app.inject({ method: 'POST', url: '/v1/purchases', headers, payload });
    expect([200, 202]).toContain(first.statusCode);
    await untilState(world, purchaseOrderId, 'granted');
    expect((await app.inject({ method: 'POST', url: '/v1/purchases', headers, payload })).statusCode).toBe(200);
    const acknowledgement = { method: 'POST', url: `/v1/purchases/${purchaseOrderId}/acknowledgement`, headers, payload: {} } as const;
    expect((await app.inject(acknowledgement)).statusCode).toBe(200);
    await untilState(world, purchaseOrderId, 'finished');
    expect(await listBalances(world.database.db, player)).toEqual([{ currency: 'gold', amount: 60n }]);
    await app.close();
  });
}
