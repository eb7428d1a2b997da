import type { VerificationCheck } from './checks.js';
import type { Verification } from './create-verifier.js';
import { ERROR_CODES } from '../domain/error-codes.js';

/** The verdict check by check, for a person; the last line says what it comes to. */
export function renderVerification({ verdict, checks }: Verification): string {
  const lines = checks.map(renderCheck);
  if (verdict.kind === 'valid') return [...lines, 'VALID: the store signed this.'].join('\n');
  const { final, en } = ERROR_CODES[verdict.code];
  return [...lines, `${verdict.kind.toUpperCase()}: ${verdict.code} (${final ? 'final' : 'not final'}). ${en}`].join('\n');
}

export function renderCheck({ name, ok, seen }: VerificationCheck): string {
  return `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seen}`;
}
