import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFamilies } from '../../../tools/fuzz/families.js';
import { runFamilies, type Turn } from '../../../tools/fuzz/run-families.js';

const INPUTS = 2000;

test('2,000 hostile inputs neither crash, nor pass, nor work past the limits', { timeout: 120_000 }, async () => {
  const turns: Turn[] = [];
  const limits = { seed: randomInt(2 ** 31), inputs: INPUTS, untilMs: Infinity };
  for await (const turn of runFamilies(await createFamilies(), limits)) turns.push(turn);
  expect(turns.flatMap(({ family, failure }) => (failure === undefined ? [] : [`${family}: ${failure}`]))).toEqual([]);
  expect(turns.reduce((total, { inputs }) => total + inputs, 0)).toBeGreaterThanOrEqual(INPUTS);
});
