import type { VerificationCheck } from './checks.js';
import type { InvalidCode, Refusal, UndecidedCode } from './verdict.js';

/** How evidence was judged, as it is kept with it and printed: nothing in it is secret, and all of it is JSON. */
export interface VerificationReport {
  /** The moment that it was judged as of. */
  readonly judgedAt: string;
  readonly verdict: 'valid' | 'invalid' | 'undecided';
  readonly code?: InvalidCode | UndecidedCode;
  /** In the order of the procedure; where one refuses, it is the last. */
  readonly checks: readonly VerificationCheck[];
}

/** Of a verification of any document. */
interface Judgement {
  readonly verdict: { readonly kind: 'valid' } | Refusal;
  readonly checks: readonly VerificationCheck[];
}

export function toReport({ verdict, checks }: Judgement, at: Date): VerificationReport {
  const judged = { judgedAt: at.toISOString(), verdict: verdict.kind };
  return verdict.kind === 'valid' ? { ...judged, checks } : { ...judged, code: verdict.code, checks };
}
