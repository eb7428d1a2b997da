import { describeError } from './describe-error';
import type { Order, Paid } from './delivery';
import { createDurableValue } from './durable-value';
import type { ProductType } from './iap';
import type { Backend, Logger, Storage } from './ports';

/** Orders whose finish the server still has to hear of, by order id. */
interface Owed {
  readonly account: string;
  readonly productType: ProductType;
}

export interface Acknowledgements {
  /** Resolves once it would survive a kill that the order is about to be finished. */
  expect(account: string, order: Order): Promise<void>;
  /** The store has taken the finish; the server is told now, or later. */
  confirm(account: string, purchaseOrderId: string): Promise<void>;
  /** What the store lists as unfinished no more was finished before a kill kept us from saying so. */
  inferFinished(account: string, productType: ProductType, unfinished: readonly Paid[]): Promise<void>;
  /** Tells the server of every finish that it has not answered; milliseconds until to try again, undefined: none is left. */
  settle(account: string): Promise<number | undefined>;
}

const STORAGE_KEY = 'dropless.acknowledgements';
const ASK_AGAIN_MS = 30_000;

export function createAcknowledgements(backend: Backend, storage: Storage, logger: Logger): Acknowledgements {
  const owed = createDurableValue<Record<string, Owed>>(storage, STORAGE_KEY, {});
  /** Known to be finished. Not stored: after a kill the store's list tells it. */
  const finished = new Set<string>();

  async function forget(purchaseOrderId: string): Promise<void> {
    await owed.update((all = {}) => Object.fromEntries(Object.entries(all).filter(([id]) => id !== purchaseOrderId)));
    finished.delete(purchaseOrderId);
  }

  /** True: the server will not answer otherwise any more. */
  async function acknowledge(account: string, purchaseOrderId: string): Promise<boolean> {
    try {
      const { kind, final } = await backend.acknowledge(account, purchaseOrderId);
      return kind !== 'refused' || final;
    } catch (error) {
      logger.info(`The finish of ${purchaseOrderId} is not acknowledged yet: ${describeError(error)}`);
      return false;
    }
  }

  async function tell(account: string, purchaseOrderId: string): Promise<boolean> {
    const told = await acknowledge(account, purchaseOrderId);
    if (told) await forget(purchaseOrderId);
    return told;
  }

  async function listOwed(account: string): Promise<readonly (readonly [string, Owed])[]> {
    return Object.entries((await owed.get()) ?? {}).filter(([, each]) => each.account === account);
  }

  return {
    async expect(account, { purchaseOrderId, productType }) {
      await owed.update((all = {}) => ({ ...all, [purchaseOrderId]: { account, productType } }));
    },
    async confirm(account, purchaseOrderId) {
      finished.add(purchaseOrderId);
      await tell(account, purchaseOrderId);
    },
    async inferFinished(account, productType, unfinished) {
      const listed = new Set(unfinished.map(({ order }) => order?.purchaseOrderId));
      for (const [id, each] of await listOwed(account)) {
        if (each.productType === productType && !listed.has(id)) finished.add(id);
      }
    },
    async settle(account) {
      let left = 0;
      for (const [id] of await listOwed(account)) {
        if (finished.has(id) && !(await tell(account, id))) left++;
      }
      return left === 0 ? undefined : ASK_AGAIN_MS;
    },
  };
}
