import type pg from 'pg';
import type { Queryable } from './database.js';
import type { SealedEvidence } from './receive-purchase.js';
import type { ErrorCode } from '../domain/error-codes.js';
import type { Environment } from '../domain/ids.js';

/** The newest of each code stay: one application's flood must not push out another reason's evidence. */
const KEPT_PER_CODE_MAX = 1_000;

export interface QuarantinedEvidence extends SealedEvidence {
  readonly code: ErrorCode;
  readonly purchaseOrderId: string | undefined;
  readonly applicationId: string | undefined;
  readonly environment: Environment | undefined;
  /** The moment that the certificates were judged at. */
  readonly verifiedAt: Date;
}

/** Keeps what the store signed but no order can be made of yet. The same order again replaces its row. */
export async function quarantineEvidence(db: Queryable, evidence: QuarantinedEvidence): Promise<void> {
  await db.query(
    `with kept as (
       insert into quarantine (code, purchase_order_id, application_id, environment, verified_at, key_id, jwe)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict on constraint quarantine_one_per_order do update set environment = excluded.environment,
         verified_at = excluded.verified_at, key_id = excluded.key_id, jwe = excluded.jwe, received_at = now()
     )
     delete from quarantine where quarantine_id in (
       select quarantine_id from quarantine where code = $1 order by received_at desc, quarantine_id desc offset $8)`,
    [
      evidence.code,
      evidence.purchaseOrderId ?? null,
      evidence.applicationId ?? null,
      evidence.environment ?? null,
      evidence.verifiedAt,
      evidence.keyId,
      evidence.jwe,
      KEPT_PER_CODE_MAX - 1,
    ],
  );
}

const REJUDGED_CODES = [
  'APPLICATION_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'CLOCK_OR_CERTIFICATE_EARLY',
  'REVOCATION_UNKNOWN',
] as const satisfies readonly ErrorCode[];

/** Evidence of a readable order that only the catalogue, the clock or a missing list kept out. */
export interface KeptEvidence extends SealedEvidence {
  readonly code: (typeof REJUDGED_CODES)[number];
  readonly quarantineId: string;
  readonly purchaseOrderId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly verifiedAt: Date;
}

interface KeptRow extends pg.QueryResultRow {
  code: KeptEvidence['code'];
  quarantine_id: string;
  purchase_order_id: string;
  application_id: string;
  environment: Environment;
  verified_at: Date;
  key_id: string;
  jwe: string;
}

export interface QuarantineQuery {
  /** Those that the catalogue knows by now. */
  readonly applicationIds: readonly string[];
  /** A pass goes on behind the last row of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

export async function listQuarantined(db: Queryable, { applicationIds, after, limit }: QuarantineQuery): Promise<KeptEvidence[]> {
  const { rows } = await db.query<KeptRow>(
    `select code, quarantine_id, purchase_order_id, application_id, environment, verified_at, key_id, jwe from quarantine
     where code = any($4) and application_id = any($1) and purchase_order_id is not null and environment is not null and quarantine_id > $2
     order by quarantine_id limit $3`,
    [applicationIds, after ?? '0', limit, REJUDGED_CODES],
  );
  return rows.map((row) => ({
    code: row.code,
    quarantineId: row.quarantine_id,
    purchaseOrderId: row.purchase_order_id,
    applicationId: row.application_id,
    environment: row.environment,
    verifiedAt: row.verified_at,
    keyId: row.key_id,
    jwe: row.jwe,
  }));
}

/** Takes it out, unless a newer copy has come in since. */
export async function deleteQuarantined(db: Queryable, { quarantineId, jwe }: KeptEvidence): Promise<void> {
  await db.query('delete from quarantine where quarantine_id = $1 and jwe = $2', [quarantineId, jwe]);
}
