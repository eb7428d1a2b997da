export interface Subject {
  readonly name: string;
  readonly what: string;
  /** Calls a round: enough for the clock, few enough for many rounds. */
  readonly calls: number;
  run(): unknown;
}

export interface Timing {
  readonly name: string;
  readonly what: string;
  /** Of the rounds, each one call on average, in microseconds. */
  readonly medianUs: number;
  readonly lowestUs: number;
  readonly highestUs: number;
}

/**
 * Times every subject in every round, so that what else the machine does meets all of them alike. Each round begins
 * with another subject, and one round before them is not counted.
 */
export async function interleave(subjects: readonly Subject[], rounds: number): Promise<Timing[]> {
  const samples = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round += 1) {
    const from = Math.max(round, 0) % subjects.length;
    for (const subject of [...subjects.slice(from), ...subjects.slice(0, from)]) {
      const us = await time(subject);
      if (round >= 0) samples.get(subject.name)?.push(us);
    }
  }
  return subjects.map(({ name, what }) => ({ name, what, ...summarise(samples.get(name) ?? []) }));
}

async function time({ calls, run }: Subject): Promise<number> {
  const from = performance.now();
  for (let call = 0; call < calls; call += 1) await run();
  return ((performance.now() - from) * 1000) / calls;
}

function summarise(samples: readonly number[]): Omit<Timing, 'name' | 'what'> {
  const sorted = samples.toSorted((a, b) => a - b);
  const [lowestUs, medianUs, highestUs] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at] ?? Number.NaN);
  return { medianUs: medianUs ?? Number.NaN, lowestUs: lowestUs ?? Number.NaN, highestUs: highestUs ?? Number.NaN };
}

export function renderTimings(timings: readonly Timing[]): string[] {
  return timings.map(({ name, what, medianUs, lowestUs, highestUs }) => {
    const numbers = [medianUs, lowestUs, highestUs].map((us) => us.toFixed(1).padStart(8));
    return `  ${name.padEnd(9)}${numbers.join(' ')} µs (median, lowest, highest)  ${what}`;
  });
}
