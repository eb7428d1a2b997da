import type { Delivery } from './delivery';
import { findIapError, toIapErrorCode } from './error-codes';
import type { HandedOver, HandOver } from './handover';
import { AUTORENEWABLE, CURRENT_ENTITLEMENT, NONCONSUMABLE, NONRENEWABLE } from './iap';
import type { Found } from './look';
import type { Clock, ProductSetting, Text } from './ports';
import { toPaid } from './purchase-data';
import type { Redelivery } from './redelivery';
import { assertCurrent, SessionEndedError, type Session } from './session';
import type { StoreCalls } from './store-calls';
import { textOf } from './texts';
import { withTimeLimit } from './time-limit';

export interface PurchaseOptions {
  /** 1 to 10; above 1 only for consumables and non-renewing products. @since API 15 */
  readonly quantity?: number;
}

/** How buying ended. Never an exception for what a player can cause. */
export interface PurchaseResult {
  /**
   * `granted`: the goods are there. `pending`: paid or maybe paid; the kit goes on by itself and tells through its events.
   * `cancelled`: by the player. `owned-elsewhere`: the order belongs to another account. `failed`: nothing was bought, or the order was
   * refused for good.
   */
  readonly kind: 'granted' | 'pending' | 'cancelled' | 'owned-elsewhere' | 'failed';
  readonly purchaseOrderIds: readonly string[];
  /** An earlier order was delivered and nothing new was charged. */
  readonly redelivered: boolean;
  /** Empty when granted or cancelled. */
  readonly code: string;
  /** What to tell the player. */
  readonly message: Text;
}

export interface PurchaseDeps {
  readonly delivery: Delivery;
  readonly calls: StoreCalls;
  readonly handOver: HandOver;
  readonly redelivery: Redelivery;
  readonly session: Session;
  readonly clock: Clock;
  /** The device's API version: what the store can do on it. */
  readonly apiVersion: number;
}

/** From the player's tap to the store's dialogue. */
const OPEN_WITHIN_MS = 30_000;
/** As long as a player is kept by earlier orders; they are delivered all the same. */
const ANSWER_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = [30_000, 120_000, 600_000];
const NON_RENEWING_SINCE = 14;
const QUANTITY_SINCE = 15;
const QUANTITY_MAX = 10;
const FRESH_COPY_AFTER_MS = 5_000;

/** Buys one product: announce, pay, and then the same way as an order that was found later. */
export async function buy(deps: PurchaseDeps, product: ProductSetting, quantity: number): Promise<PurchaseResult> {
  const { session } = deps;
  const openUntil = deps.clock.now() + OPEN_WITHIN_MS;
  try {
    const refused = findRefusal(product, quantity, deps.apiVersion);
    if (refused !== undefined) return toResult('failed', refused);
    const announced = await deps.delivery.announce(session.account, product, quantity);
    assertCurrent(session);
    if ('code' in announced) return toResult('failed', announced.code, announced.message);
    return await pay(deps, { product, quantity, developerPayload: announced.developerPayload, openUntil });
  } catch (error) {
    // Whatever was paid is found when its account signs in again.
    if (error instanceof SessionEndedError) return toResult('pending', 'ACCOUNT_CHANGED');
    throw error;
  }
}

interface Wanted {
  readonly product: ProductSetting;
  readonly quantity: number;
  /** Empty: bought without an intent. */
  readonly developerPayload: string;
  /** When the store's dialogue would surprise a player who thinks of something else. */
  readonly openUntil: number;
}

function findRefusal({ productType }: ProductSetting, quantity: number, apiVersion: number): string | undefined {
  if (productType === AUTORENEWABLE) return 'SUBSCRIPTION_UNSUPPORTED';
  if (productType === NONRENEWABLE && apiVersion < NON_RENEWING_SINCE) return 'DEVICE_TOO_OLD';
  if (quantity === 1) return undefined;
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > QUANTITY_MAX || productType === NONCONSUMABLE) return 'QUANTITY_INVALID';
  return apiVersion < QUANTITY_SINCE ? 'DEVICE_TOO_OLD' : undefined;
}

async function pay(deps: PurchaseDeps, wanted: Wanted): Promise<PurchaseResult> {
  const { session, redelivery } = deps;
  const { product, quantity, developerPayload, openUntil } = wanted;
  let purchaseData: string;
  try {
    const parameter = { ...product, ...(developerPayload !== '' && { developerPayload }), ...(quantity !== 1 && { quantity }) };
    purchaseData = await deps.calls.createPurchase(session, parameter, openUntil);
  } catch (error) {
    if (error instanceof SessionEndedError) throw error;
    return afterStoreError(deps, wanted, toIapErrorCode(error));
  }
  assertCurrent(session);
  const paid = toPaid(purchaseData);
  session.bought.push(paid);
  const handedOver = await deps.handOver(paid);
  const { kind, retryAfterMs } = handedOver.outcome;
  if (kind === 'fresh-evidence') redelivery.lookAgainAfter([FRESH_COPY_AFTER_MS]);
  else if (retryAfterMs > 0) redelivery.lookAgainAfter([retryAfterMs]);
  return summarize([handedOver], false);
}

/** The store said no; it may have taken the money all the same, or an earlier order stands in the way. */
async function afterStoreError(deps: PurchaseDeps, { product, developerPayload }: Wanted, errorCode: number): Promise<PurchaseResult> {
  const { session, redelivery } = deps;
  const { name, next, message } = findIapError(errorCode);
  if (next === 'cancelled') return toResult('cancelled', '', message);
  if (next === 'wait') return toResult('failed', 'STORE_BUSY');
  if (next !== 'redeliver') return toResult('failed', name, message);
  const found = await lookInTime(deps, product);
  assertCurrent(session);
  const isOwned = name === 'PRODUCT_OWNED';
  const orders = found.handedOver.filter(({ paid }) => paid.order?.productId === product.productId);
  if (orders.length === 0 && isOwned && product.productType === NONCONSUMABLE) orders.push(...(await handOverOwned(deps, product)));
  const isNew = ({ paid }: HandedOver) => developerPayload === '' || paid.order?.developerPayload === developerPayload;
  const bought = isOwned ? [] : orders.filter(isNew);
  if (bought.length > 0) return summarize(bought, false);
  const isCertain = isOwned && (orders.length > 0 || found.complete);
  if (!isCertain) redelivery.lookAgainAfter(LOOK_AGAIN_MS);
  if (orders.length > 0) return summarize(orders, true);
  return isCertain ? toResult('failed', name, message) : toResult('pending', 'OUTCOME_UNKNOWN');
}

async function lookInTime(
  { redelivery, clock }: PurchaseDeps,
  { productType }: ProductSetting,
): Promise<Pick<Found, 'handedOver' | 'complete'>> {
  try {
    return await withTimeLimit(clock, ANSWER_WITHIN_MS, () => redelivery.run(productType));
  } catch (error) {
    if (error instanceof SessionEndedError) throw error;
    return { handedOver: [], complete: false };
  }
}

/** Owned for ever and finished long ago: no longer unfinished, but the server may never have heard of it. */
async function handOverOwned({ calls, handOver, session }: PurchaseDeps, product: ProductSetting): Promise<readonly HandedOver[]> {
  const { productId, productType } = product;
  try {
    const { entries } = await calls.queryPurchases(session, { productType, queryType: CURRENT_ENTITLEMENT });
    assertCurrent(session);
    const owned = entries.map(toPaid);
    return await Promise.all(owned.filter(({ order }) => order?.productId === productId).map((paid) => handOver(paid)));
  } catch (error) {
    if (error instanceof SessionEndedError) throw error;
    return [];
  }
}

/** Several orders of one product may have been found: granted if any was, else the word on the first. */
function summarize(orders: readonly HandedOver[], redelivered: boolean): PurchaseResult {
  const granted = orders.filter(({ outcome }) => outcome.kind === 'granted');
  if (granted.length > 0) {
    return { kind: 'granted', purchaseOrderIds: toIds(granted), redelivered, code: '', message: textOf('GRANTED') };
  }
  const { kind = 'pending', code = 'PENDING', message } = orders[0]?.outcome ?? {};
  return toResult(kind === 'fresh-evidence' ? 'pending' : kind, code, message, orders);
}

export function toResult(
  kind: PurchaseResult['kind'],
  code: string,
  message: Text = textOf(code),
  orders: readonly HandedOver[] = [],
): PurchaseResult {
  return { kind, purchaseOrderIds: toIds(orders), redelivered: false, code, message };
}

function toIds(orders: readonly HandedOver[]): readonly string[] {
  return orders.flatMap(({ paid }) => (paid.order === undefined ? [] : [paid.order.purchaseOrderId]));
}
