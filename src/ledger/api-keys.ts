import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Queryable } from './database.js';
import type { Environment } from '../domain/ids.js';

/** What a game server's key is bound to: one realm in one environment. */
export interface ApiKeyScope {
  readonly environment: Environment;
  readonly realm: string;
  /** Undefined: every application of the realm. */
  readonly applications?: readonly string[] | undefined;
}

export interface ApiKey extends ApiKeyScope {
  readonly keyId: string;
}

interface ApiKeyRow extends pg.QueryResultRow {
  key_id: string;
  environment: Environment;
  realm: string;
  applications: string[] | null;
}

/** Makes a key and answers with its text, once: only a hash is stored. 256 random bits need no slow hash. */
export async function createApiKey(db: Queryable, { environment, realm, applications }: ApiKeyScope): Promise<string> {
  const keyId = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await db.query('insert into api_keys (key_id, secret_hash, environment, realm, applications) values ($1, $2, $3, $4, $5)', [
    keyId,
    hash(secret),
    environment,
    realm,
    applications ?? null,
  ]);
  return `dlk_${keyId}_${secret}`;
}

/** The key that a caller presents, compared by its hash in the database; undefined when unknown or revoked. */
export async function findApiKey(db: Queryable, text: string): Promise<ApiKey | undefined> {
  const [, keyId, secret] = /^dlk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  if (keyId === undefined || secret === undefined) return undefined;
  const { rows } = await db.query<ApiKeyRow>(
    'select key_id, environment, realm, applications from api_keys where key_id = $1 and secret_hash = $2 and revoked_at is null',
    [keyId, hash(secret)],
  );
  const [row] = rows;
  return row && { keyId: row.key_id, environment: row.environment, realm: row.realm, applications: row.applications ?? undefined };
}

export async function revokeApiKey(db: Queryable, keyId: string): Promise<boolean> {
  const { rowCount } = await db.query('update api_keys set revoked_at = now() where key_id = $1 and revoked_at is null', [keyId]);
  return rowCount === 1;
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
