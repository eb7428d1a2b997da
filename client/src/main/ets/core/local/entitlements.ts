import type { VerifiedOrder } from '../verifier/verified-order';
import { createDurableValue } from '../durable-value';
import type { Storage } from '../ports';

/** Owned for ever, as last verified. */
interface Owned {
  readonly purchaseOrderId: string;
  readonly productId: string;
  readonly environment: string;
}

export interface Entitlements {
  list(): Promise<readonly Owned[]>;
  add(order: VerifiedOrder): Promise<void>;
  drop(purchaseOrderId: string): Promise<void>;
  /** The store listed all that is owned: what it does not list any more is gone. */
  retain(listed: ReadonlySet<string>): Promise<void>;
}

const STORAGE_KEY = 'dropless.entitlements';

/** The last verified set, kept on the device: owned goods don't vanish in a tunnel. */
export function createEntitlements(storage: Storage): Entitlements {
  const value = createDurableValue<readonly Owned[]>(storage, STORAGE_KEY, []);

  /** Writes only what changes something: this is called at every launch. */
  async function filter(isKept: (owned: Owned) => boolean): Promise<void> {
    const all = (await value.get()) ?? [];
    if (!all.every(isKept)) await value.update((owned = []) => owned.filter(isKept));
  }

  return {
    list: async () => (await value.get()) ?? [],
    async add({ purchaseOrderId, productId, environment }) {
      const has = (all: readonly Owned[]) => all.some((owned) => owned.purchaseOrderId === purchaseOrderId);
      if (has((await value.get()) ?? [])) return;
      await value.update((all = []) => (has(all) ? all : [...all, { purchaseOrderId, productId, environment }]));
    },
    drop: (purchaseOrderId) => filter((owned) => owned.purchaseOrderId !== purchaseOrderId),
    // The sandbox stops listing a non-consumable once it is finished: its silence means nothing.
    retain: (listed) => filter(({ purchaseOrderId, environment }) => environment === 'SANDBOX' || listed.has(purchaseOrderId)),
  };
}
