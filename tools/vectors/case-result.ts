import { z } from 'zod';

/** One case of a published file: what it asks for, and what our code says. */
export interface CaseResult {
  /** As the file numbers or names it. */
  readonly id: string;
  readonly expected: string;
  readonly got: string;
  /** What our code says for it, for whoever looks into a mismatch. */
  readonly why?: string;
  /** Set where the case names a host, which we do not judge: whether its outcome says something all the same. */
  readonly naming?: 'counted' | 'not applicable';
}

export const toWord = (isTaken: boolean): 'valid' | 'invalid' => (isTaken ? 'valid' : 'invalid');

export const KEY = z.record(z.string(), z.unknown());

/** The public key of a pair: some groups have the signer's alone. */
export function withoutSecret(jwk: z.infer<typeof KEY>): z.infer<typeof KEY> {
  return { ...jwk, d: undefined };
}
