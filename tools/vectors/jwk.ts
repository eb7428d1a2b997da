import { compactVerify, createLocalJWKSet } from 'jose';
import { z } from 'zod';
import { type CaseResult, KEY, toWord, withoutSecret } from './case-result.js';
import { ALGORITHMS, toTokenKeySet } from '../../src/api/token-keys.js';

const KEY_SET = z.object({ keys: z.array(KEY) });

const FILE = z.object({
  testGroups: z.array(
    z.object({
      public: KEY_SET.optional(),
      private: KEY_SET.optional(),
      tests: z.array(z.object({ tcId: z.number(), jws: z.string(), result: z.string() })),
    }),
  ),
});

/** Wycheproof's JSON Web Keys and key sets, as those of an issuer whose players' tokens are taken. */
export async function runJwkVectors(file: unknown): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const group of FILE.parse(file).testGroups) {
    const keySet = group.public ?? { keys: group.private?.keys.map(withoutSecret) };
    for (const { tcId, jws, result } of group.tests) {
      results.push({ id: `${tcId}`, expected: result, got: toWord(await isTaken(jws, keySet)) });
    }
  }
  return results;
}

/** As `jwtVerify` does, which also reads the claims; these cases have none. */
async function isTaken(jws: string, keySet: unknown): Promise<boolean> {
  try {
    await compactVerify(jws, createLocalJWKSet(toTokenKeySet(keySet)), { algorithms: [...ALGORITHMS] });
    return true;
  } catch {
    return false;
  }
}
