import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { cacheApiKeys } from './api-key-cache.js';
import type { Caller } from './caller.js';
import { accountIdSchema } from './fields.js';
import type { TokenIssuer } from './token-issuers.js';
import { DroplessError } from '../domain/errors.js';
import type { Database } from '../ledger/database.js';

export interface AuthenticateDeps {
  readonly db: Database;
  readonly tokenIssuers: readonly TokenIssuer[];
}

/**
 * Who sends this Authorization header. A suspect is one of an address that sent many bad ones lately: it is not believed
 * less, but may not keep the ledger busy.
 * @throws {DroplessError} `CREDENTIALS_MISSING`, `CREDENTIALS_INVALID`, `RATE_LIMITED`, `ISSUER_UNAVAILABLE`, `LEDGER_UNAVAILABLE`
 */
export type Authenticate = (authorization: string | undefined, isSuspect: boolean) => Promise<Caller>;

/** Clocks of the issuer and ours may be minutes apart. */
const CLOCK_TOLERANCE_SECONDS = 300;

export function createAuthenticate({ db, tokenIssuers }: AuthenticateDeps): Authenticate {
  const findKey = cacheApiKeys(db);
  return async (authorization, isSuspect) => {
    if (authorization === undefined) throw new DroplessError('CREDENTIALS_MISSING');
    const [, credentials] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (credentials === undefined) throw new DroplessError('CREDENTIALS_INVALID', { field: 'authorization: Bearer' });
    if (!credentials.startsWith('dlk_')) return authenticatePlayer(tokenIssuers, credentials);
    const key = await findKey(credentials, isSuspect);
    if (key === undefined) throw new DroplessError('CREDENTIALS_INVALID');
    return { kind: 'game-server', ...key };
  };
}

async function authenticatePlayer(tokenIssuers: readonly TokenIssuer[], token: string): Promise<Caller> {
  try {
    const { issuer, audience, algorithms, realm, environment, applications, getKey } = selectIssuer(tokenIssuers, token);
    const { payload } = await jwtVerify(token, getKey, {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return { kind: 'player', account: { environment, realm, accountId: accountIdSchema.parse(payload.sub) }, applications };
  } catch (error) {
    // Whatever else goes wrong with a token is the token's fault: a key of another type than its algorithm, a malformed claim.
    throw error instanceof DroplessError ? error : new DroplessError('CREDENTIALS_INVALID', { cause: error });
  }
}

/** Picked by what the token claims, unverified; the verification that follows holds it to the claim. */
function selectIssuer(tokenIssuers: readonly TokenIssuer[], token: string): TokenIssuer {
  const claims = decodeJwt(token);
  const [issuer, ...others] = tokenIssuers.filter((each) => each.issuer === claims.iss && hasAudience(claims, each.audience));
  // A token for two audiences of ours would be good in two realms or environments: it is taken for neither.
  if (issuer === undefined || others.length > 0) throw new DroplessError('CREDENTIALS_INVALID');
  return issuer;
}

function hasAudience({ aud }: JWTPayload, audience: string): boolean {
  return Array.isArray(aud) ? aud.includes(audience) : aud === audience;
}
