import { z } from 'zod';
import type { CaseResult } from './case-result.js';
import exceptionList from './exceptions.json' with { type: 'json' };

export interface Score {
  readonly format: string;
  readonly path: string;
  readonly total: number;
  /** As the file asks. */
  readonly matched: number;
  /** Otherwise than the file asks, each with the reason why we stand by it. */
  readonly exceptions: readonly (CaseResult & { readonly reason: string })[];
  /** Otherwise than the file asks, and nobody has said why. */
  readonly mismatches: readonly CaseResult[];
  /** What the case asks about is not ours to judge. */
  readonly notApplicable: readonly CaseResult[];
  /** Cases that name a host, judged without it and counted all the same; undefined where a format has none. */
  readonly namedAndCounted: number | undefined;
}

/** By format and by the case's id. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = z
  .record(z.string(), z.record(z.string(), z.string().min(1)))
  .parse(exceptionList);

interface ScoreInput {
  readonly format: string;
  readonly path: string;
  readonly results: readonly CaseResult[];
}

export function scoreCases({ format, path, results }: ScoreInput): Score {
  const notApplicable = results.filter(({ naming }) => naming === 'not applicable');
  const counted = results.filter(({ naming }) => naming !== 'not applicable');
  const others = counted.filter(({ expected, got }) => expected !== got);
  const reasonOf = ({ id }: CaseResult) => EXCEPTIONS[format]?.[id];
  return {
    format,
    path,
    total: counted.length,
    matched: counted.length - others.length,
    exceptions: others.flatMap((result) => {
      const reason = reasonOf(result);
      return reason === undefined ? [] : [{ ...result, reason }];
    }),
    mismatches: others.filter((result) => reasonOf(result) === undefined),
    notApplicable,
    namedAndCounted: results.some(({ naming }) => naming !== undefined)
      ? results.filter(({ naming }) => naming === 'counted').length
      : undefined,
  };
}

export function renderScore({ format, path, total, matched, exceptions, mismatches, notApplicable, namedAndCounted }: Score): string {
  return [
    `${format} ${path}: ${matched}/${total} matched`,
    ...mismatches.map(({ id, expected, got, why }) => `  mismatch ${id}: expected ${expected}, got ${got}${toSuffix(why)}`),
    ...exceptions.map(({ id, expected, got, reason }) => `  exception ${id}: expected ${expected}, got ${got}: ${reason}`),
    ...notApplicable.map(({ id }) => `  not applicable (name) ${id}`),
    ...(namedAndCounted === undefined
      ? []
      : [`  cases that name a host, run without the name: ${namedAndCounted} counted, ${notApplicable.length} not applicable (name)`]),
  ].join('\n');
}

const toSuffix = (why: string | undefined): string => (why === undefined ? '' : ` (${why})`);
