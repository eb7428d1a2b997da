import { z } from 'zod';
import { type CaseResult, KEY, toWord, withoutSecret } from './case-result.js';
import { readTokenKey } from '../../src/api/token-keys.js';
import { DroplessError } from '../../src/domain/errors.js';
import { verifyCompactEs256 } from '../../src/store/index.js';

const FILE = z.object({
  testGroups: z.array(
    z.object({
      public: KEY.optional(),
      private: KEY.optional(),
      tests: z.array(z.object({ tcId: z.number(), jws: z.unknown(), result: z.string() })),
    }),
  ),
});

/**
 * Wycheproof's JSON Web Signatures. We take ES256 and nothing else, so that every case of another algorithm must be
 * refused, a valid one too.
 */
export async function runJwsVectors(file: unknown): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const group of FILE.parse(file).testGroups) {
    const jwk = group.public ?? withoutSecret(group.private ?? {});
    const isOurs = jwk['kty'] === 'EC' && jwk['crv'] === 'P-256' && (jwk['alg'] ?? 'ES256') === 'ES256';
    for (const { tcId, jws, result } of group.tests) {
      const expected = toWord(isOurs && result === 'valid');
      results.push({ id: `${tcId}`, expected, got: toWord(typeof jws === 'string' && (await isTaken(jws, jwk))) });
    }
  }
  return results;
}

async function isTaken(jws: string, jwk: Record<string, unknown>): Promise<boolean> {
  const key = readTokenKey(jwk);
  if (key === undefined) return false;
  try {
    await verifyCompactEs256(jws, key);
    return true;
  } catch (error) {
    if (error instanceof DroplessError) return false;
    throw error;
  }
}
