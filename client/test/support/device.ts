import { createDeviceIap, type DeviceIap, type DeviceIapOptions } from '../../../dev/store/device-iap.js';
import { ProductType } from '../../../dev/store/iap-types.js';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore, type Store } from '../../../dev/store/store.js';
import { createPurchaseKit, type PurchaseKit, type PurchaseKitOptions } from '../../src/main/ets/core/create-purchase-kit';
import type { Backend, Clock, Storage } from '../../src/main/ets/core/ports';
import { createLife, type Life } from './life';
import { createMemoryStorage } from './memory-storage';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

export const APPLICATION_ID = '5765880207854356261';

/** One product of each kind, as they are set up at the store. */
export const PRODUCTS = [
  { productId: 'gold60', productType: ProductType.CONSUMABLE, price: 600 },
  { productId: 'gold300', productType: ProductType.CONSUMABLE, price: 3_000 },
  { productId: 'noads', productType: ProductType.NONCONSUMABLE, price: 1_800 },
  { productId: 'pass30', productType: ProductType.NONRENEWABLE, price: 3_000 },
  { productId: 'vip', productType: ProductType.AUTORENEWABLE, price: 1_200 },
];

/** A phone: a signed-in Huawei ID and a disk. Apps live and die on it. */
export interface Device {
  readonly store: Store;
  readonly iap: DeviceIap;
  readonly clock: VirtualClock;
  readonly storage: Storage;
  /** Starts the app, to die at this point. Its backend's calls are points, unless it is made of ports of its own. */
  launch(options: AppOptions | ((life: Life, clock: Clock) => AppOptions), diesAt?: number): App;
}

export type AppOptions = Partial<PurchaseKitOptions>;

export interface App {
  readonly kit: PurchaseKit;
  readonly life: Life;
  /** Lets the app run until this is settled, or it is dead. Answers with its value. */
  run<Value>(promise: Promise<Value>): Promise<Value | undefined>;
}

export async function createTestStore(): Promise<Store> {
  return createStore({ pki: await createStorePki(), clock: () => new Date() });
}

export function createDevice(store: Store, user: string, options: Partial<DeviceIapOptions> = {}): Device {
  const clock = createVirtualClock();
  const iap = createDeviceIap({ store, user, applicationId: APPLICATION_ID, products: PRODUCTS, ...options });
  const storage = createMemoryStorage();
  return { store, iap, clock, storage, launch: (options, diesAt) => launch({ iap, clock, storage }, options, diesAt) };
}

type Ports = Pick<Device, 'iap' | 'clock' | 'storage'>;

function launch({ iap, clock, storage }: Ports, given: Parameters<Device['launch']>[0], diesAt: number | undefined): App {
  const life = createLife(diesAt);
  const living = clock.forLife(life);
  const options = typeof given === 'function' ? given(life, living) : given;
  const { backend } = options;
  const kit = createPurchaseKit({
    context: {},
    logger: { info() {}, warn() {} },
    products: PRODUCTS,
    apiVersion: 15,
    ...options,
    iap: life.wrap('iap', options.iap ?? iap),
    storage: life.wrap('storage', options.storage ?? storage),
    clock: living,
    ...(backend !== undefined && typeof given !== 'function' && { backend: life.wrap<Backend>('backend', backend) }),
  });
  return {
    kit,
    life,
    async run(promise) {
      await clock.runUntil(promise, life);
      return life.dead ? undefined : promise;
    },
  };
}
