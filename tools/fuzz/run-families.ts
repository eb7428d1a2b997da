import type { FamilyResult, FuzzFamily } from './family.js';

/** Inputs of one family at a time: few enough for all to get their turn, and for the clock to be looked at. */
const TURN = 500;

export interface FuzzLimits {
  readonly seed: number;
  /** Whichever is reached first. */
  readonly inputs: number;
  readonly untilMs: number;
}

export interface Turn extends FamilyResult {
  readonly family: string;
}

/** The families in turn, until one fails or the limits are reached. The seed of each turn follows from the first. */
export async function* runFamilies(
  families: readonly FuzzFamily[],
  { seed, inputs, untilMs }: FuzzLimits,
  onInput?: () => void,
): AsyncGenerator<Turn> {
  const most = Math.min(TURN, Math.ceil(inputs / families.length));
  let left = inputs;
  for (let round = 0; left > 0; round += 1) {
    for (const family of families) {
      if (left <= 0 || performance.now() >= untilMs) return;
      const result = await family.run({ seed: seed + round, inputs: Math.min(most, left), ...(onInput && { onInput }) });
      left -= result.inputs;
      yield { family: family.name, ...result };
      if (result.failure !== undefined) return;
    }
  }
}
