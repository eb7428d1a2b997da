import type pg from 'pg';
import type { Queryable } from './database.js';
import type { AccountKey, Environment } from '../domain/ids.js';

export interface PurchaseIntent {
  readonly intentId: string;
  readonly environment: Environment;
  readonly realm: string;
  readonly accountKey: AccountKey;
  readonly applicationId: string;
  readonly productId: string;
  readonly quantity: number;
}

export async function insertPurchaseIntent(db: Queryable, intent: PurchaseIntent): Promise<void> {
  await db.query<pg.QueryResultRow>(
    `insert into purchase_intents (intent_id, environment, realm, account_key, application_id, product_id, quantity)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [intent.intentId, intent.environment, intent.realm, intent.accountKey, intent.applicationId, intent.productId, intent.quantity],
  );
}
