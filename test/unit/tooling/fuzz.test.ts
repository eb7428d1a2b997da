import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Finding } from '../../../tools/fuzz/family.js';
import { toFuzzFamily } from '../../../tools/fuzz/run-family.js';
import { runFamilies, type Turn } from '../../../tools/fuzz/run-families.js';
import { summarise } from '../../../tools/fuzz/summary.js';

const family = (name: string, judge: (input: number) => Promise<string>) => toFuzzFamily({ name, inputs: fc.nat(), judge });
const good = family('good', async () => 'refused');
const bad = family('bad', async (input) => {
  if (input > 1000) throw new Finding('accepted');
  return 'refused';
});
const broken = family('broken', () => Promise.reject(new TypeError('unforeseen')));

async function run(families: readonly ReturnType<typeof family>[], inputs = 2000, untilMs = Infinity): Promise<Turn[]> {
  const turns: Turn[] = [];
  for await (const turn of runFamilies(families, { seed: 1, inputs, untilMs })) turns.push(turn);
  return turns;
}

test('every family gets its turns, and the summary counts what became of the inputs', async () => {
  const { inputs, lines, failure } = summarise(await run([good, family('other', async () => 'valid')]));
  expect([inputs, failure]).toEqual([2000, undefined]);
  expect(lines).toEqual([
    expect.stringMatching(/^good: 1000 inputs, slowest [\d.]+ ms \(refused 1000\)$/),
    expect.stringMatching(/^other: 1000 inputs, slowest [\d.]+ ms \(valid 1000\)$/),
  ]);
});

test('the first finding ends the run, with the smallest input and what it did', async () => {
  const { failure } = summarise(await run([good, bad, good]));
  expect(failure).toMatchObject({ family: 'bad', failure: expect.stringMatching(/accepted[^]*Counterexample: \[1001\]/) as string });
});

test('what the code under test throws is a finding too', async () => {
  expect(summarise(await run([broken])).failure).toMatchObject({ failure: expect.stringContaining('unforeseen') as string });
});

test('a run ends when its time is up', async () => {
  expect(await run([good], Infinity, performance.now())).toEqual([]);
});

test('the same seed makes the same inputs', async () => {
  const seen = async () => {
    const inputs: number[] = [];
    await run([family('noted', async (input) => `${inputs.push(input) > 0}`)], 50);
    return inputs;
  };
  expect(await seen()).toEqual(await seen());
});
