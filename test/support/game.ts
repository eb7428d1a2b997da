import { createCrashingDatabase, type Crash, type CrashingDatabase } from './crashing-database.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { CREDULOUS_VERIFIER, GameModel, SCOPES, toEvidence, toName } from './game-model.js';
import { createInlineFulfilment } from './inline-fulfilment.js';
import { REVOCATION } from './ledger.js';
import { DroplessError } from '../../src/domain/errors.js';
import type { Account } from '../../src/domain/ids.js';
import type { Fulfilment } from '../../src/fulfilment/create-fulfilment.js';
import { spendBalance } from '../../src/ledger/balances.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import { revokePurchase } from '../../src/ledger/revoke-purchase.js';

/** What players, the store and operators of machines do. Numbers choose among what there is. */
export type Action =
  | { readonly kind: 'intent'; readonly scope: number; readonly player: number }
  | {
      readonly kind: 'pay';
      readonly scope: number;
      readonly player: number;
      readonly product: number;
      readonly quantity: number;
      readonly payload: 'intent' | 'empty' | 'foreign';
    }
  | { readonly kind: 'submit'; readonly order: number; readonly player: number; readonly copy: number }
  | { readonly kind: 'conflict'; readonly order: number; readonly scope: number }
  | { readonly kind: 'acknowledge'; readonly order: number; readonly player: number }
  | { readonly kind: 'revoke'; readonly order: number; readonly told: boolean }
  | { readonly kind: 'spend'; readonly scope: number; readonly player: number; readonly amount: number; readonly key: number }
  | { readonly kind: 'recover' };

/** One game: the true state of the world, and a process of dropless that may die at any statement. */
export interface Game {
  readonly model: GameModel;
  /** As PostgreSQL itself has it. */
  readonly database: TestDatabase;
  readonly fulfilment: Fulfilment;
  /** Does these at the same time, in a process that crashes on the way or not; answers with what should not have happened. */
  play(actions: readonly Action[], crash?: Crash): Promise<unknown[]>;
}

export async function openGame(): Promise<Game> {
  const database = await createTestDatabase();
  const db = createCrashingDatabase(database.db);
  const model = new GameModel();
  let surprises: unknown[] = [];
  let crash: Crash | undefined;
  const onFailure = (error: unknown) => {
    if (!isExpected(error, crash)) surprises.push(error);
  };
  const fulfilment = createInlineFulfilment({ db, verifier: CREDULOUS_VERIFIER, onFailure });
  const spends = new Map<string, string>();
  return {
    model,
    database,
    fulfilment,
    async play(actions, armed) {
      [surprises, crash] = [[], armed];
      if (armed !== undefined) db.arm(armed);
      await Promise.all(actions.map((action) => perform({ model, db, fulfilment, spends }, action).catch(onFailure)));
      db.revive();
      return surprises;
    },
  };
}

/** Every answer with a code is one; but the ledger is out of reach only where the process was made to crash. */
function isExpected(error: unknown, crash: Crash | undefined): boolean {
  return error instanceof DroplessError && (error.code !== 'LEDGER_UNAVAILABLE' || crash !== undefined);
}

interface Player {
  readonly model: GameModel;
  readonly db: CrashingDatabase;
  readonly fulfilment: Fulfilment;
  /** The answers that spends were given, by account and idempotency key. */
  readonly spends: Map<string, string>;
}

async function perform(player: Player, action: Action): Promise<void> {
  const { model, fulfilment, db } = player;
  switch (action.kind) {
    case 'intent':
      return makeIntent(player, action.scope, model.account(action.scope, action.player));
    case 'pay':
      return model.pay(action.scope, action.player, action.product, action.quantity, action.payload);
    case 'submit':
      return submit(player, action);
    case 'conflict':
      return submitConflict(player, action);
    case 'acknowledge':
      return acknowledge(player, action);
    case 'revoke': {
      const { id } = model.revoke(action.order);
      if (action.told) await db.transaction((tx) => revokePurchase(tx, id, REVOCATION));
      return undefined;
    }
    case 'spend':
      return spend(player, action);
    case 'recover':
      await fulfilment.recover();
  }
}

async function makeIntent({ model, fulfilment }: Player, scope: number, account: Account): Promise<void> {
  const { applicationId, productId } = model.shop(scope);
  const { developerPayload } = await fulfilment.createIntent({ account, applicationId, productId, quantity: 1 });
  model.payloads.set(toName(account), developerPayload);
}

async function submit({ model, fulfilment }: Player, action: Extract<Action, { kind: 'submit' }>): Promise<void> {
  const order = model.order(action.order);
  const presenter = model.presenter(order, action.player);
  order.presenters.add(toName(presenter));
  const evidence = toEvidence(order.copies[action.copy % order.copies.length]);
  const { code, mayFinish, purchase } = await fulfilment.submit({ evidence, presenter });
  if (mayFinish) order.mayFinish = true;
  const own = purchase.account !== undefined && toName(purchase.account) === toName(presenter);
  if (code === undefined && !own) throw new TypeError('goods of somebody else were confirmed to the presenter');
}

/** The same order id, signed for another application or environment, once the ledger knows the order. */
async function submitConflict({ model, fulfilment, db }: Player, action: Extract<Action, { kind: 'conflict' }>): Promise<void> {
  const order = model.order(action.order);
  const others = SCOPES.filter((scope) => scope !== order.scope);
  const other = others[action.scope % others.length] ?? SCOPES[0];
  if ((await findPurchase(db, order.id)) === undefined) return;
  const evidence = JSON.stringify({ ...order.copies[0], environment: other.environment, applicationId: other.applicationId });
  const presenter = { environment: other.environment, realm: other.realm, accountId: 'alice' };
  await fulfilment.submit({ evidence, presenter }).then(
    () => Promise.reject(new TypeError('a conflict was accepted')),
    (error: unknown) => {
      if (!(error instanceof DroplessError) || !['ORDER_ID_CONFLICT', 'LEDGER_UNAVAILABLE'].includes(error.code)) throw error;
    },
  );
}

/** The device finishes what it was told that it may finish, and says so; another may say so without having done it. */
async function acknowledge({ model, fulfilment }: Player, action: Extract<Action, { kind: 'acknowledge' }>): Promise<void> {
  const order = model.order(action.order);
  if (order.mayFinish) model.sign(order, { storeFinished: true });
  const { wake } = await fulfilment.acknowledge(order.id, model.presenter(order, action.player));
  await wake();
}

async function spend({ model, db, spends }: Player, action: Extract<Action, { kind: 'spend' }>): Promise<void> {
  const account = model.account(action.scope, action.player);
  const { currency } = model.shop(action.scope);
  const [amount, idempotencyKey] = [BigInt(action.amount), `key-${action.key}`];
  const answer = await spendBalance(db, { account, currency, amount, idempotencyKey });
  const name = `${toName(account)}/${idempotencyKey}`;
  const said = `${amount} taken, ${answer.amount} left`;
  if ((spends.get(name) ?? said) !== said) throw new TypeError('one spend was answered in two ways');
  spends.set(name, said);
}
