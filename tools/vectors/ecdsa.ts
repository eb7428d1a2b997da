import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type CaseResult, toWord } from './case-result.js';
import { isSignedEs256 } from '../../src/store/index.js';

const FILE = z.object({
  testGroups: z.array(
    z.object({
      publicKeyDer: z.string(),
      tests: z.array(z.object({ tcId: z.number(), msg: z.string(), sig: z.string(), result: z.string() })),
    }),
  ),
});

/** Wycheproof's raw r || s over P-256 and SHA-256. What it calls acceptable may go either way. */
export function runEcdsaVectors(file: unknown): CaseResult[] {
  return FILE.parse(file).testGroups.flatMap(({ publicKeyDer, tests }) => {
    const key = readKey(publicKeyDer);
    return tests.map(({ tcId, msg, sig, result }) => {
      const got = toWord(key !== undefined && isSignedEs256(key, Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex')));
      return { id: `${tcId}`, expected: result === 'acceptable' ? got : result, got };
    });
  });
}

function readKey(der: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
