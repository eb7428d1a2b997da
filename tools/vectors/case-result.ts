import { z } from 'zod';

/** One case of a published file: what it asks for, and what our code says. */
export interface CaseResult {
  /** As the file numbers or names it. */
  readonly id: string;
  readonly expected: string;
  readonly got: string;
}

export const toWord = (isTaken: boolean): 'valid' | 'invalid' => (isTaken ? 'valid' : 'invalid');

export const KEY = z.record(z.string(), z.unknown());

/** The public key of a pair: some groups have the signer's alone. */
export function withoutSecret(jwk: z.infer<typeof KEY>): z.infer<typeof KEY> {
  return { ...jwk, d: undefined };
}
