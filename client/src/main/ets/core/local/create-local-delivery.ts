import type { LocalDelivery } from '../create-purchase-kit';
import type { Delivery, Outcome, Paid } from '../delivery';
import { AUTORENEWABLE, CURRENT_ENTITLEMENT, NONCONSUMABLE, UNFINISHED } from '../iap';
import type { Logger } from '../ports';
import { readJws } from '../purchase-data';
import { textOf } from '../texts';
import type { VerifiedOrder } from '../verifier/verified-order';
import { verifyOnDevice, type DeviceVerifierOptions } from '../verifier/verify-on-device';
import { createEntitlements, type Entitlements } from './entitlements';
import { createJournal, type Journal } from './journal';

export interface LocalDeliveryOptions<State> extends DeviceVerifierOptions {
  /** What the player has before the first order. */
  readonly initial: State;
  /** What an order makes of it, `order.quantity` times. Pure, and of JSON values only: its result is stored. */
  readonly apply: (state: State, order: VerifiedOrder) => State;
}

/** A standalone app's goods, on the device. Ready once a kit was created with it. */
export interface LocalGoods<State> extends LocalDelivery {
  state(): Promise<State>;
  /** A change of the app's own, such as coins that are spent; resolves when it would survive a kill. */
  change(change: (state: State) => State): Promise<State>;
  /** The products that are owned for ever, as last verified. */
  ownedProducts(): Promise<readonly string[]>;
}

/** Flow B of Huawei's guide: the device verifies, keeps the journal, and gives what is owned at every launch. */
export function createLocalDelivery<State>(options: LocalDeliveryOptions<State>): LocalGoods<State> {
  let opened: { readonly journal: Journal<State>; readonly entitlements: Entitlements } | undefined;
  const parts = () => {
    if (opened === undefined) throw new TypeError('createPurchaseKit comes first.');
    return opened;
  };
  return {
    open(storage, logger) {
      opened = { journal: createJournal(storage, options.initial, options.apply), entitlements: createEntitlements(storage) };
      return createDelivery(options, opened.journal, opened.entitlements, logger);
    },
    state: () => parts().journal.state(),
    change: (change) => parts().journal.change(change),
    ownedProducts: async () => (await parts().entitlements.list()).map(({ productId }) => productId),
  };
}

/** What an entry of the store's list proved to be. */
type Standing = 'owned' | 'gone' | 'unknown';

function createDelivery(
  verifier: DeviceVerifierOptions,
  journal: Pick<Journal<unknown>, 'apply' | 'has'>,
  entitlements: Entitlements,
  logger: Logger,
): Delivery {
  const standings = new Map<string, Standing>();

  async function deliver(paid: Paid): Promise<Outcome> {
    const name = nameOf(paid);
    standings.set(name, 'unknown');
    const { kind, code, order } = await verifyOnDevice(readJws(paid.purchaseData), verifier);
    if (order !== undefined && kind === 'valid') {
      if (order.revoked) {
        standings.set(name, 'gone');
        await entitlements.drop(order.purchaseOrderId);
        return toOutcome('failed', 'PURCHASE_REVOKED');
      }
      if (order.purchaseTime === undefined) return toOutcome('fresh-evidence', 'NOT_COMPLETED');
      standings.set(name, 'owned');
      return give(order);
    }
    logger.warn(`A purchase was not given: ${code}`);
    return toOutcome(kind === 'invalid' ? 'failed' : 'pending', code);
  }

  async function give(order: VerifiedOrder): Promise<Outcome> {
    const isFinished = order.finishStatus === '1';
    if (order.productType === AUTORENEWABLE) return toOutcome('failed', 'SUBSCRIPTION_UNSUPPORTED');
    if (order.productType === NONCONSUMABLE) await entitlements.add(order);
    else if (!isFinished) await journal.apply(order);
    else if (!(await journal.has(order.purchaseOrderId))) return toOutcome('failed', 'FINISHED_ELSEWHERE');
    return { ...toOutcome('granted', ''), mayFinish: !isFinished };
  }

  return {
    queries: (productTypes) =>
      productTypes
        .filter((productType) => productType !== AUTORENEWABLE)
        .map((productType) => ({ productType, queryType: productType === NONCONSUMABLE ? CURRENT_ENTITLEMENT : UNFINISHED })),
    announce: async () => ({ developerPayload: '' }),
    deliver: (_account, paid) => deliver(paid),
    // The goods were stored before; after a kill the store lists the order again, and the journal knows it.
    beforeFinish: async () => {},
    afterFinish: async () => {},
    async afterQuery(_account, { queryType }, paid) {
      const ids = new Set(paid.flatMap(({ order }) => (order === undefined ? [] : [order.purchaseOrderId])));
      const all = paid.map((each) => standings.get(nameOf(each)) ?? 'unknown');
      standings.clear();
      // One entry that cannot be judged may be one that is owned: then nothing is taken away.
      if (queryType === CURRENT_ENTITLEMENT && !all.includes('unknown')) await entitlements.retain(ids);
    },
    settle: async () => undefined,
  };
}

/** A text is signed anew at each question; the order stays the same. */
function nameOf({ order, purchaseData }: Paid): string {
  return order?.purchaseOrderId ?? purchaseData;
}

function toOutcome(kind: Outcome['kind'], code: string): Outcome {
  return { kind, mayFinish: false, code, message: textOf(code), retryAfterMs: 0 };
}
