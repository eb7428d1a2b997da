import type { Turn } from './run-families.js';

export interface Summary {
  readonly inputs: number;
  readonly lines: readonly string[];
  readonly failure: Turn | undefined;
}

export function summarise(turns: readonly Turn[]): Summary {
  const names = [...new Set(turns.map(({ family }) => family))];
  const inputs = sum(turns.map((turn) => turn.inputs));
  return {
    inputs,
    lines: names.map((name) => summariseFamily(name, turns)),
    failure: turns.find(({ failure }) => failure !== undefined),
  };
}

function summariseFamily(name: string, turns: readonly Turn[]): string {
  const own = turns.filter(({ family }) => family === name);
  const codes = [...new Set(own.flatMap(({ outcomes }) => Object.keys(outcomes)))].toSorted();
  const counts = codes.map((code) => `${code} ${sum(own.map(({ outcomes }) => outcomes[code] ?? 0))}`);
  const slowest = Math.max(...own.map(({ slowestMs }) => slowestMs));
  return `${name}: ${sum(own.map((turn) => turn.inputs))} inputs, slowest ${slowest.toFixed(1)} ms (${counts.join(', ')})`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
