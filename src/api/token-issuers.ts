import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { createRemoteKeys } from './remote-keys.js';
import { ALGORITHMS, readPemKey, readTokenKey } from './token-keys.js';
import { DroplessError } from '../domain/errors.js';
import { ENVIRONMENTS, type Environment } from '../domain/ids.js';

/** Whose player tokens are taken, and what they are good for. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly realm: string;
  readonly environment: Environment;
  readonly applications: readonly string[];
  /** @throws {DroplessError} `ISSUER_UNAVAILABLE` when the issuer's keys cannot be had: that says nothing of the token */
  readonly getKey: JWTVerifyGetKey;
}

const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]', 'localhost'];

const publicKey = z
  .union([z.string().min(1), z.record(z.string(), z.unknown())])
  .transform(
    (key, context): KeyObject =>
      (typeof key === 'string' ? readPemKey(key) : readTokenKey(key)) ??
      refuse(context, 'a public key for signatures, as PEM or JWK, of full strength; never a private or shared one'),
  );

const jwksUrl = z
  .url()
  .transform((text) => new URL(text))
  .refine(
    ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.includes(hostname)),
    'an https address; http only on this machine',
  );

const issuerSchema = z
  .strictObject({
    issuer: z.string().min(1).max(512),
    audience: z.string().min(1).max(512),
    jwksUrl: jwksUrl.optional(),
    publicKey: publicKey.optional(),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1),
    realm: z.string().min(1).max(64),
    environment: z.enum(ENVIRONMENTS),
    applications: z.array(z.string().min(1).max(128)).min(1),
  })
  .refine((entry) => (entry.jwksUrl === undefined) !== (entry.publicKey === undefined), 'either jwksUrl or publicKey');

const fileSchema = z.array(issuerSchema).refine(isUnambiguous, 'an issuer stands here twice with the same audience');

/**
 * Reads the issuers out of the content of their file.
 * @throws {DroplessError} `CONFIGURATION_INVALID`, naming the path of the first fault
 */
export function parseTokenIssuers(content: unknown): readonly TokenIssuer[] {
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data.map(toTokenIssuer);
  const [fault] = parsed.error.issues;
  const path = ['DROPLESS_TOKEN_ISSUERS_FILE', ...(fault?.path ?? [])].join('.');
  throw new DroplessError('CONFIGURATION_INVALID', { field: `${path}: ${fault?.message ?? 'not as documented'}` });
}

/**
 * No file: no issuers, and API keys alone.
 * @throws {DroplessError} `CONFIGURATION_INVALID`
 */
export function readTokenIssuers(path: string | undefined): readonly TokenIssuer[] {
  if (path === undefined) return [];
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DroplessError('CONFIGURATION_INVALID', { field: 'DROPLESS_TOKEN_ISSUERS_FILE: cannot be read as JSON', cause: error });
  }
  return parseTokenIssuers(content);
}

function toTokenIssuer({ jwksUrl, publicKey, ...entry }: z.output<typeof issuerSchema>): TokenIssuer {
  return { ...entry, getKey: toGetKey(jwksUrl, publicKey) };
}

function toGetKey(jwksUrl: URL | undefined, publicKey: KeyObject | undefined): JWTVerifyGetKey {
  if (publicKey !== undefined) return () => publicKey;
  if (jwksUrl === undefined) throw new TypeError('an issuer has neither a key nor an address of keys');
  return createRemoteKeys(jwksUrl);
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function isUnambiguous(entries: readonly { readonly issuer: string; readonly audience: string }[]): boolean {
  return new Set(entries.map(({ issuer, audience }) => JSON.stringify([issuer, audience]))).size === entries.length;
}
