import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { IAPErrorCode } from '../../../dev/store/iap-types.js';
import type { Store } from '../../../dev/store/store.js';
import { BackendUnreachableError, type Backend, type BackendAnswer, type Intent } from '../../src/main/ets/core/ports';
import { APPLICATION_ID, createDevice, createTestStore, type App, type Device } from '../support/device';
import { createFakeServer, type FakeServer } from '../support/fake-backend';
import { expectAllDelivered } from '../support/flow-a-checks';

const ACCOUNTS = ['alice', 'bob'] as const;
const CODES = Object.values(IAPErrorCode).filter((code) => code !== IAPErrorCode.PURCHASE_FINISHED);

const NO = { mayFinish: false, final: false } as const;
const PENDING = { ...NO, kind: 'pending', next: 'ask-again', code: 'PENDING' } as const;
const STALE = { ...NO, kind: 'refused', next: 'fresh-evidence', code: 'JWS_CERTIFICATE_EXPIRED' } as const;
const REFUSED = { ...NO, final: true, kind: 'refused', next: 'fix-request', code: 'JWS_SIGNATURE_INVALID' } as const;

type Step =
  | { readonly kind: 'buy'; readonly productId: string }
  | { readonly kind: 'kill'; readonly after: number }
  | { readonly kind: 'cut'; readonly moment: 'before' | 'after' | 'none' }
  | {
      readonly kind: 'fail';
      readonly call: 'createPurchase' | 'queryPurchases' | 'finishPurchase';
      readonly code: IAPErrorCode;
      readonly moment: 'before' | 'after';
    }
  | { readonly kind: 'login'; readonly account: string }
  | { readonly kind: 'trigger' }
  /** Paid on a device that never reported it. */
  | { readonly kind: 'paid'; readonly productId: string; readonly account: string }
  | { readonly kind: 'answer'; readonly answer: Partial<BackendAnswer> }
  | { readonly kind: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('buy' as const), productId: fc.constantFrom('gold60', 'gold300', 'noads', 'pass30') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), after: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      moment: fc.constantFrom('before' as const, 'after' as const, 'none' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      call: fc.constantFrom('createPurchase' as const, 'queryPurchases' as const, 'finishPurchase' as const),
      code: fc.constantFrom(...CODES),
      moment: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  fc.record({ kind: fc.constant('login' as const), account: fc.constantFrom(...ACCOUNTS) }),
  fc.record({ kind: fc.constant('trigger' as const) }),
  fc.record({ kind: fc.constant('paid' as const), productId: fc.constantFrom('gold60', 'gold300'), account: fc.constantFrom(...ACCOUNTS) }),
  fc.record({ kind: fc.constant('answer' as const), answer: fc.constantFrom<Partial<BackendAnswer>>(PENDING, STALE, REFUSED) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 900_000 }) }),
);
const moves = fc.array(fc.record({ phone: fc.constantFrom(0, 1), step }), { minLength: 1, maxLength: 25 });

let store: Store;
beforeAll(async () => {
  store = await createTestStore();
});

/** One phone, the app on it, and the line to the server. */
class Phone {
  private app: App | undefined;
  private account: string = ACCOUNTS[0];
  private moment: 'before' | 'after' | 'none' = 'none';

  private readonly device: Device;
  private readonly server: FakeServer;
  private readonly user: string;

  constructor(user: string, device: Device, server: FakeServer) {
    this.user = user;
    this.device = device;
    this.server = server;
  }

  async take(move: Step): Promise<void> {
    if (move.kind === 'cut') this.moment = move.moment;
    else if (move.kind === 'fail') this.device.iap.failNext(move.call, move.code, move.moment);
    else if (move.kind === 'answer') this.server.answerNext(move.answer);
    else if (move.kind === 'paid') await this.payElsewhere(move.productId, move.account);
    else if (move.kind === 'kill') await this.launch(move.after);
    else await this.use(move);
  }

  /** The network is back, the app is started once more and left to itself. */
  async comeToRest(account: string): Promise<void> {
    this.moment = 'none';
    this.account = account;
    const app = await this.launch();
    await this.device.clock.runFor(86_400_000, app.life);
  }

  private async payElsewhere(productId: string, account: string): Promise<void> {
    const intent = await this.server.backend.createIntent(account, { productId, productType: 0 }, 1);
    const { developerPayload } = intent as Intent;
    await store.pay({ user: this.user, applicationId: APPLICATION_ID, productId, productType: 0, developerPayload });
  }

  private async use(move: Exclude<Step, { kind: 'cut' | 'fail' | 'kill' | 'paid' | 'answer' }>): Promise<void> {
    const app = this.app === undefined || this.app.life.dead ? await this.launch() : this.app;
    if (move.kind === 'wait') return this.device.clock.runFor(move.ms, app.life);
    if (move.kind === 'login') this.account = move.account;
    if (move.kind === 'buy') await app.run(app.kit.purchase(move.productId));
    else await app.run(move.kind === 'login' ? app.kit.login(this.account) : app.kit.redeliver());
  }

  private async launch(diesAt?: number): Promise<App> {
    this.app?.life.kill();
    this.app = this.device.launch({ backend: this.line() }, diesAt);
    await this.app.run(this.app.kit.login(this.account));
    return this.app;
  }

  private line(): Backend {
    const { backend } = this.server;
    const over = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      if (this.moment === 'before') throw new BackendUnreachableError('cut before');
      const answer = await ask();
      if (this.moment === 'after') throw new BackendUnreachableError('cut after');
      return answer;
    };
    return {
      createIntent: (...input) => over(() => backend.createIntent(...input)),
      submit: (...input) => over(() => backend.submit(...input)),
      acknowledge: (...input) => over(() => backend.acknowledge(...input)),
    };
  }
}

test('whatever happens on two phones of two accounts, what was paid is granted once to its buyer and finished, never before', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(moves, async (sequence) => {
      const user = `anything-${runs++}`;
      const server = createFakeServer();
      const early: string[] = [];
      const phones = [0, 1].map(() => {
        const device = createDevice(store, user);
        const { finishPurchase } = device.iap;
        device.iap.finishPurchase = (context, parameter) => {
          if (!server.granted.has(parameter.purchaseOrderId)) early.push(parameter.purchaseOrderId);
          return finishPurchase(context, parameter);
        };
        return new Phone(user, device, server);
      });
      for (const { phone, step: move } of sequence) await phones[phone]?.take(move);
      for (const account of ACCOUNTS) for (const phone of phones) await phone.comeToRest(account);
      expect(early).toEqual([]);
      expectAllDelivered(store, server, [user]);
    }),
    { numRuns: 150, endOnFailure: false },
  );
}, 120_000);
