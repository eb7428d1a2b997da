import type { Facts, VerificationCheck } from './checks.js';
import type { VerificationReport } from './verification-report.js';
import { ERROR_CODES } from '../domain/error-codes.js';

/** The report check by check, for a person; the last line says what it comes to. */
export function renderReport({ judgedAt, verdict, checks, code }: VerificationReport): string {
  const lines = [`Judged as of ${judgedAt}.`, ...checks.flatMap((check) => [renderCheck(check), ...renderParts(check.facts ?? {})])];
  if (code === undefined) return [...lines, 'VALID: the store signed this.'].join('\n');
  const { final, en } = ERROR_CODES[code];
  return [...lines, `${verdict.toUpperCase()}: ${code} (${final ? 'final' : 'not final'}). ${en}`].join('\n');
}

export function renderCheck({ name, ok, seen }: VerificationCheck): string {
  return `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seen}`;
}

/** What is known of each certificate has a line of its own; the other facts stand in the check's line already. */
function renderParts(facts: Facts): string[] {
  return Object.entries(facts).flatMap(([name, fact]) =>
    typeof fact === 'string'
      ? []
      : [
          `       ${name}: ${Object.entries(fact)
            .map(([key, value]) => `${key} ${value}`)
            .join(', ')}`,
        ],
  );
}
