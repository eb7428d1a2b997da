import { createHmac, randomBytes } from 'node:crypto';
import { findProduct, type Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import type { Account } from '../domain/ids.js';
import { formatDeveloperPayload } from '../domain/owner.js';
import { ensureOwnerTag } from '../ledger/accounts.js';
import type { Database } from '../ledger/database.js';
import { insertPurchaseIntent } from '../ledger/purchase-intents.js';

export interface PurchaseIntentDeps {
  readonly db: Database;
  readonly catalogue: () => Catalogue;
  readonly intentKey: Uint8Array;
}

export interface PurchaseIntentRequest {
  readonly account: Account;
  readonly applicationId: string;
  readonly productId: string;
  readonly quantity: number;
}

export interface PurchaseIntentAnswer {
  readonly intentId: string;
  /** For `createPurchase`: binds the order to the account, with no client needed to find it again. */
  readonly developerPayload: string;
}

/**
 * Stores that an account is about to buy, and answers with the payload that will name it.
 * @throws {DroplessError} `APPLICATION_UNKNOWN`, `APPLICATION_NOT_ALLOWED`, `PRODUCT_UNKNOWN`, `SUBSCRIPTION_UNSUPPORTED`
 */
export async function createPurchaseIntent(deps: PurchaseIntentDeps, request: PurchaseIntentRequest): Promise<PurchaseIntentAnswer> {
  const { account, applicationId, productId, quantity } = request;
  const application = deps.catalogue().applications.get(applicationId);
  if (application === undefined) throw new DroplessError('APPLICATION_UNKNOWN');
  const { realm, environment } = account;
  if (application.realm !== realm || !application.environments.includes(environment)) {
    throw new DroplessError('APPLICATION_NOT_ALLOWED');
  }
  const product = findProduct(deps.catalogue(), applicationId, productId);
  if (product === undefined) throw new DroplessError('PRODUCT_UNKNOWN');
  if (product.type === 'auto-renewable') throw new DroplessError('SUBSCRIPTION_UNSUPPORTED');
  const { accountKey, ownerTag } = await ensureOwnerTag(deps.db, account, toOwnerTag(deps.intentKey, account));
  const intentId = randomBytes(12).toString('base64url');
  await insertPurchaseIntent(deps.db, { intentId, environment, realm, accountKey, applicationId, productId, quantity });
  return { intentId, developerPayload: formatDeveloperPayload(intentId, ownerTag) };
}

/** HMAC-SHA256 over environment, realm and account id; JSON keeps their borders apart. */
function toOwnerTag(intentKey: Uint8Array, { environment, realm, accountId }: Account): string {
  return createHmac('sha256', intentKey)
    .update(JSON.stringify([environment, realm, accountId]))
    .digest('base64url');
}
