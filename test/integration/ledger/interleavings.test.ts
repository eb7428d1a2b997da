import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listBrokenPromises } from '../../support/broken-promises.js';
import { CRASHES, type Crash } from '../../support/crashing-database.js';
import { openGame, type Action, type Game } from '../../support/game.js';
import { toEvidence, type GameModel, type ModelOrder } from '../../support/game-model.js';
import { listBroken, readStandings, type Standing } from '../../support/ledger-history.js';
import { getPurchase } from '../../../src/ledger/purchases.js';

const RUNS = 30;
const STEPS_MAX = 25;
/** Keeps a slow machine, and the search for a smaller failure, within bounds. */
const TIME_MAX_MS = 35_000;

const small = fc.nat({ max: 5 });
const scope = fc.nat({ max: 2 });
const player = fc.nat({ max: 1 });

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('intent'), scope, player }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pay'),
      scope,
      player,
      product: fc.nat({ max: 2 }),
      quantity: fc.integer({ min: 1, max: 3 }),
      payload: fc.constantFrom('intent', 'intent', 'empty', 'foreign'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('submit'), order: small, player, copy: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('conflict'), order: small, scope }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge'), order: small, player }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('revoke'), order: small, told: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('spend'), scope, player, amount: fc.integer({ min: 1, max: 80 }), key: fc.nat({ max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recover') }) },
);

/** Alone, beside others, or all about one order: where races are. */
const actions: fc.Arbitrary<readonly Action[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(action) },
  { weight: 1, arbitrary: fc.array(action, { minLength: 2, maxLength: 4 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(action, { minLength: 2, maxLength: 6 }), small)
      .map(([some, order]) => some.map((each) => ('order' in each ? { ...each, order } : each))),
  },
);
const crash: fc.Arbitrary<Crash> = fc.record({ how: fc.constantFrom(...CRASHES), after: fc.nat({ max: 8 }) });

/** One or more things at the same time, in a process that crashes on the way or not. */
class Step implements fc.AsyncCommand<GameModel, Game> {
  private readonly actions: readonly Action[];
  private readonly crash: Crash | undefined;

  constructor(actions: readonly Action[], armed: Crash | undefined) {
    this.actions = actions;
    this.crash = armed;
  }

  check(model: Readonly<GameModel>): boolean {
    return model.orders.length > 0 || this.actions.every((each) => !('order' in each));
  }

  async run(model: GameModel, game: Game): Promise<void> {
    const before = await readStandings(game.database.db);
    expect(await game.play(this.actions, this.crash)).toEqual([]);
    await expectPromisesKept(game, model, before);
  }

  toString(): string {
    return JSON.stringify({ atOnce: this.actions, crash: this.crash });
  }
}

async function expectPromisesKept(game: Game, model: GameModel, before: readonly Standing[]): Promise<void> {
  const { db } = game.database;
  expect(await listBrokenPromises(db)).toEqual([]);
  expect(listBroken(before, await readStandings(db), model)).toEqual([]);
}

/** The rightful player shows every order once more, and no machine fails: now nothing paid may be missing. */
async function expectNothingLost(game: Game, model: GameModel): Promise<void> {
  const before = await readStandings(game.database.db);
  const last: Action[] = model.orders.map((order, index) => ({
    kind: 'submit',
    order: index,
    player: toPlayer(order),
    copy: order.copies.length - 1,
  }));
  expect(await game.play(last)).toEqual([]);
  expect(await game.play([{ kind: 'recover' }])).toEqual([]);
  await expectPromisesKept(game, model, before);
  for (const order of model.orders) {
    const { state, park } = await getPurchase(game.database.db, order.id);
    expect({ order: toEvidence(order.copies.at(-1)), state, park: park?.reason }).toMatchObject(toExpected(order));
  }
}

function toPlayer({ named }: ModelOrder): number {
  return typeof named === 'object' && named.accountId === 'bob' ? 1 : 0;
}

function toExpected(order: ModelOrder) {
  if (order.revoked) return { state: expect.stringMatching(/^(refused|revoked)$/) as unknown };
  if (order.named === 'nobody') return { state: 'received', park: 'OWNER_UNKNOWN' };
  return { state: order.copies.at(-1)?.storeFinished === true ? 'finished' : (expect.stringMatching(/^(granted|finished)$/) as unknown) };
}

test('any interleaving of intents, submissions, acknowledgements, revocations, spends, crashes and retries keeps L1 to L7', async () => {
  const step = fc.tuple(actions, fc.option(crash, { freq: 3, nil: undefined })).map(([atOnce, armed]) => new Step(atOnce, armed));
  const play = fc.asyncProperty(fc.commands([step], { maxCommands: STEPS_MAX, size: 'max' }), async (steps) => {
    const game = await openGame();
    try {
      await fc.asyncModelRun(() => ({ model: game.model, real: game }), steps);
      await expectNothingLost(game, game.model);
    } finally {
      await game.database.close();
    }
  });
  await fc.assert(play, { numRuns: RUNS, plugins: [fc.interruptAfterTimeLimit(TIME_MAX_MS)] });
});
