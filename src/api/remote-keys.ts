import { createRemoteJWKSet, customFetch, errors, type CryptoKey, type JWTVerifyGetKey } from 'jose';
import { toTokenKeySet } from './token-keys.js';
import { DroplessError } from '../domain/errors.js';

/** An issuer answers in well under a second; past this the caller is told to come back. */
const TIMEOUT_MS = 3_000;
/** How soon a token with an unknown key id may make us ask the issuer again. */
const COOLDOWN_MS = 30_000;
/** How long a key that the issuer has withdrawn may still be taken. */
const MAX_AGE_MS = 600_000;
/** The same for an issuer that gave no answer of use: the cooldown begins with keys that arrived. As long as Retry-After says. */
const RETRY_MS = 5_000;

/** The keys that an issuer publishes, asked for no more often than this, whatever tokens come. */
export function createRemoteKeys(jwksUrl: URL): JWTVerifyGetKey {
  let retryAt = Number.NEGATIVE_INFINITY;
  const getRemoteKey = createRemoteJWKSet(jwksUrl, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    async [customFetch](url, options) {
      if (performance.now() < retryAt) throw new Error('the issuer was asked a moment ago');
      retryAt = performance.now() + RETRY_MS;
      const response = await fetch(url, options);
      return response.ok ? Response.json(toTokenKeySet(await response.json())) : response;
    },
  });
  return async (header, token): Promise<CryptoKey> => {
    try {
      return await getRemoteKey(header, token);
    } catch (error) {
      throw isVerdict(error) ? error : new DroplessError('ISSUER_UNAVAILABLE', { cause: error });
    }
  };
}

/** The issuer's keys were there, and this token is by none of them, or does not say by which. */
function isVerdict(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
