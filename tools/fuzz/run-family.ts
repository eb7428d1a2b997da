import fc from 'fast-check';
import { type Family, type FamilyResult, Finding, type FuzzFamily } from './family.js';

/** On a busy machine, cold; the slowest good input takes a hundredth of it. */
const INPUT_MS_MAX = 3000;

export function toFuzzFamily<T>({ name, inputs: arbitrary, judge }: Family<T>): FuzzFamily {
  return {
    name,
    async run({ seed, inputs, onInput }): Promise<FamilyResult> {
      let slowestMs = 0;
      let count = 0;
      const outcomes = new Map<string, number>();
      const property = fc.asyncProperty(arbitrary, async (input) => {
        onInput?.();
        count += 1;
        const from = performance.now();
        const outcome = await judge(input);
        const ms = performance.now() - from;
        slowestMs = Math.max(slowestMs, ms);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (ms > INPUT_MS_MAX) throw new Finding(`took ${Math.round(ms)} ms`);
      });
      const details = await fc.check(property, { seed, numRuns: inputs });
      const failure = details.failed ? `${String(details.errorInstance)}\n${fc.defaultReportMessage(details)}` : undefined;
      return { inputs: count, slowestMs, outcomes: Object.fromEntries(outcomes), failure };
    },
  };
}
