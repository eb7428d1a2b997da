import { randomBytes } from 'node:crypto';
import { APPLICATION_ID } from './catalogue.js';
import type { Goods } from '../../src/domain/goods.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import type { PurchaseState, Revocation, VerifiedPurchase } from '../../src/domain/purchase.js';
import { absorbEvidence, type News } from '../../src/ledger/absorb-evidence.js';
import { ensureAccount } from '../../src/ledger/accounts.js';
import type { Database, Queryable } from '../../src/ledger/database.js';
import { grantPurchase } from '../../src/ledger/grant-purchase.js';
import { receivePurchase, type Receipt, type ResolvedOwner, type SealedEvidence } from '../../src/ledger/receive-purchase.js';
import { revokePurchase } from '../../src/ledger/revoke-purchase.js';

export const GOLD_60: Goods = { currencies: [{ currency: 'gold', amount: 60n }], entitlements: [] };
export const SEALED: SealedEvidence = { keyId: 'test', jwe: 'sealed' };
export const REVOCATION: Revocation = { reasonCode: '0', revokedAtMs: undefined };
export const OPERATOR = { who: 'an operator', why: 'a ticket' };

export function toAccount(accountId = `player-${randomBytes(6).toString('hex')}`, scope: Partial<Account> = {}): Account {
  return { environment: 'production', realm: 'game', accountId, ...scope };
}

/** What the verifier says of a paid order of gold60 that nobody has seen before. */
export function toVerified(changes: Partial<VerifiedPurchase> = {}): VerifiedPurchase {
  const now = Date.now();
  return {
    purchaseOrderId: `order-${randomBytes(8).toString('hex')}` as PurchaseOrderId,
    environment: 'production',
    applicationId: APPLICATION_ID,
    productId: 'gold60',
    productType: 'consumable',
    quantity: 1,
    purchasedAtMs: now - 1_000,
    signedAtMs: now,
    verifiedAtMs: now,
    storeFinished: false,
    price: 600n,
    currency: 'CNY',
    developerPayload: '',
    revocation: undefined,
    unexpected: [],
    ...changes,
  };
}

/** Brings an order into the ledger, for this account or for nobody. */
export async function receive(db: Database, verified: VerifiedPurchase, account?: Account): Promise<Receipt> {
  const owner: ResolvedOwner = account && { accountKey: await ensureAccount(db, account) };
  return receivePurchase(db, verified, account?.realm ?? 'game', owner, SEALED);
}

export function grant(db: Queryable, verified: VerifiedPurchase, goods: Goods = GOLD_60): Promise<PurchaseState> {
  const { purchaseOrderId, productId, quantity } = verified;
  return grantPurchase(db, { purchaseOrderId, productId, quantity, catalogueVersion: 1, goods });
}

/** An order of the account's that is granted already. */
export async function receiveAndGrant(db: Database, account: Account, goods: Goods = GOLD_60): Promise<VerifiedPurchase> {
  const verified = toVerified();
  await receive(db, verified, account);
  await grant(db, verified, goods);
  return verified;
}

export function revoke(db: Database, { purchaseOrderId }: VerifiedPurchase): Promise<PurchaseState | undefined> {
  return db.transaction((tx) => revokePurchase(tx, purchaseOrderId, REVOCATION));
}

export function absorb(db: Database, verified: VerifiedPurchase, owner?: ResolvedOwner, sealed = SEALED): Promise<News> {
  return db.transaction((tx) => absorbEvidence(tx, verified, owner, sealed));
}

/** How many rows of a table are about this order. */
export async function countRows(db: Database, table: string, { purchaseOrderId }: VerifiedPurchase): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`select count(*)::int as count from ${table} where purchase_order_id = $1`, [
    purchaseOrderId,
  ]);
  return rows[0]?.count ?? Number.NaN;
}

/** The amounts that one transfer moved in the owner's account; undefined: there is no such transfer. */
export async function listMoved(db: Database, reference: string): Promise<{ currency: string; amount: string }[] | undefined> {
  const { rows } = await db.query<{ currency: string | null; amount: string }>(
    `select e.currency, e.amount::text from transfers t left join entries e on e.transfer_id = t.transfer_id and e.account_key is not null
     where t.reference = $1 order by e.currency`,
    [reference],
  );
  return rows.length === 0 ? undefined : rows.flatMap(({ currency, amount }) => (currency === null ? [] : [{ currency, amount }]));
}
