import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { APPLICATION_ID } from './catalogue.js';

export interface TestIssuer {
  /** Its entry in the file of token issuers. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly publicJwk: JWK;
  /** A good token of an account; claims that are given replace the good ones, and undefined takes one out. */
  sign(account: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

const HOUR_SECONDS = 3_600;

/** A game's login service, for players of the realm `game` in production. */
export async function createTestIssuer(changes: Readonly<Record<string, unknown>> = {}): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' };
  const entry = {
    issuer: 'https://login.game.example',
    audience: 'dropless',
    publicKey: publicJwk,
    algorithms: ['ES256'],
    realm: 'game',
    environment: 'production',
    applications: [APPLICATION_ID],
    ...changes,
  };
  return {
    entry,
    publicJwk,
    sign(account, claims = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const { issuer: iss, audience: aud } = entry;
      return new SignJWT({ iss, aud, sub: account, iat: now, exp: now + HOUR_SECONDS, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .sign(privateKey);
    },
  };
}

/** A token that says of itself that it needs no signature. */
export function toUnsignedToken(token: string): string {
  const [, payload = ''] = token.split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
}
