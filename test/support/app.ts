import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { APPLICATION_ID, TEST_CATALOGUE } from './catalogue.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { createTestNamespace, openDefaultNamespace, type TestNamespace } from './temporal.js';
import { pollUntil } from '../../dev/stack/poll-until.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { createStore, type PlacedOrder, type Store } from '../../dev/store/store.js';
import type { OrderRequest } from '../../dev/store/purchase-order.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { Account, PurchaseOrderId } from '../../src/domain/ids.js';
import type { Purchase, PurchaseState } from '../../src/domain/purchase.js';
import { applyCatalogue } from '../../src/fulfilment/catalogue-source.js';
import { installTemporalRuntime } from '../../src/fulfilment/purchase-worker.js';
import type { PurchaseAnswer } from '../../src/fulfilment/purchase-answer.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import { openRuntime, type Runtime, type RuntimeOptions } from '../../src/runtime.js';
import { createLogger } from '../../src/telemetry/logger.js';

/** What a test changes of the configuration that it would otherwise share with every other. */
export interface ConfigChanges {
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  readonly databaseUrl?: string;
  readonly fulfilment?: Partial<Config['fulfilment']>;
  readonly secrets?: Partial<Config['secrets']>;
  readonly telemetry?: Partial<Config['telemetry']>;
}

/** A database, a namespace and a store of the test's own; processes of dropless are opened on them. */
export interface TestWorld {
  readonly database: TestDatabase;
  readonly temporal: TestNamespace;
  readonly store: Store;
  readonly pki: StorePki;
  config(changes?: ConfigChanges): Config;
  /** The same for a process of its own. */
  env(changes?: ConfigChanges): Record<string, string>;
  /** One process of dropless, in this one; closed with the world. `worker` is on unless said otherwise. */
  openRuntime(options?: Partial<RuntimeOptions>, changes?: ConfigChanges): Promise<Runtime>;
  /** A paid order of the account, or of nobody in particular, as its device gets it. */
  pay(order?: Partial<OrderRequest>): Promise<PlacedOrder & { readonly purchaseOrderId: PurchaseOrderId }>;
  account(accountId?: string): Account;
  close(): Promise<void>;
}

let isQuiet = false;

/** What Temporal's core says of a line that a test cuts is no news to anybody; one runtime a process. */
function quietTemporal(): void {
  if (!isQuiet) installTemporalRuntime(createLogger({ level: 'silent' }));
  isQuiet = true;
}

/** On the servers that all tests share, or on a Temporal of the test's own. */
export async function createTestWorld(ownTemporal?: { readonly address: string }): Promise<TestWorld> {
  quietTemporal();
  const { temporalAddress: sharedAddress, workflowBundle } = inject('servers');
  const temporalAddress = ownTemporal?.address ?? sharedAddress;
  const openNamespace = ownTemporal === undefined ? createTestNamespace : openDefaultNamespace;
  const [database, temporal, pki] = await Promise.all([createTestDatabase(), openNamespace(temporalAddress), createStorePki()]);
  await applyCatalogue(database.db, TEST_CATALOGUE, 'test', 'test');
  const store = createStore({ pki, clock: () => new Date() });
  const runtimes = new Set<Runtime>();
  const config = (changes: ConfigChanges = {}) => toConfig({ database, temporal, pki, temporalAddress }, changes);
  return {
    database,
    temporal,
    store,
    pki,
    config,
    env: (changes = {}) => ({ ...toEnv({ database, temporal, pki, temporalAddress }, changes), TEST_TRUSTED_ROOT: pki.rootFingerprint }),
    async openRuntime(options = {}, changes = {}) {
      const logger = createLogger({ level: 'silent' });
      const opened = await openRuntime(config(changes), { worker: true, logger, workflowBundle, ...options });
      const close = (): Promise<void> => (runtimes.delete(runtime) ? opened.close() : Promise.resolve());
      const runtime: Runtime = { ...opened, close };
      runtimes.add(runtime);
      return runtime;
    },
    pay: (order) => pay(store, order),
    account: (accountId = `player-${randomBytes(4).toString('hex')}`) => ({ environment: 'production', realm: 'game', accountId }),
    async close() {
      await Promise.all([...runtimes].map((runtime) => runtime.close()));
      await temporal.close();
      await database.close();
    },
  };
}

async function pay(store: Store, order: Partial<OrderRequest> = {}) {
  const placed = await store.pay({
    user: `user-${randomBytes(4).toString('hex')}`,
    applicationId: APPLICATION_ID,
    productId: 'gold60',
    productType: ProductType.CONSUMABLE,
    ...order,
  });
  return { ...placed, purchaseOrderId: placed.purchaseOrderId as PurchaseOrderId };
}

interface World {
  readonly database: TestDatabase;
  readonly temporal: TestNamespace;
  readonly pki: StorePki;
  readonly temporalAddress: string;
}

/** What a process of dropless finds in its environment, here or in a process of its own. */
function toEnv({ database, temporal, temporalAddress }: World, changes: ConfigChanges): Record<string, string> {
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64url');
  return {
    DROPLESS_DEPLOYMENT: 'development',
    DROPLESS_DATABASE_URL: changes.databaseUrl ?? database.url,
    DROPLESS_EVIDENCE_KEYS: `test:${key(1)}`,
    DROPLESS_INTENT_KEY: key(2),
    TEMPORAL_ADDRESS: changes.temporalAddress ?? temporalAddress,
    TEMPORAL_NAMESPACE: changes.temporalNamespace ?? temporal.namespace,
  };
}

/** A start that a busy machine let time out is made good before a test gives up; in production it has a minute. */
const SWEEP_SOON = { strandedAfterMs: 5_000, restartStrandedIntervalMs: 5_000 };

function toConfig(world: World, changes: ConfigChanges): Config {
  const config = loadConfig(toEnv(world, changes));
  return {
    ...config,
    additionalRoots: [{ sha256: world.pki.rootFingerprint, pem: '' }],
    fulfilment: { ...config.fulfilment, ...SWEEP_SOON, ...changes.fulfilment },
    secrets: { ...config.secrets, ...changes.secrets },
    telemetry: { ...config.telemetry, ...changes.telemetry },
  };
}

const DEADLINE_MS = 20_000;

export function untilEngineUp(runtime: Runtime): Promise<boolean> {
  return pollUntil(() => runtime.engineUp(), { deadlineMs: DEADLINE_MS });
}

/** Waits until the ledger says that the purchase is in this state. */
export function untilState(
  world: TestWorld,
  purchaseOrderId: PurchaseOrderId,
  state: PurchaseState,
  deadlineMs = DEADLINE_MS,
): Promise<Purchase> {
  return untilPurchase(world, purchaseOrderId, (purchase) => purchase.state === state, deadlineMs);
}

export function untilPurchase(
  world: TestWorld,
  id: PurchaseOrderId,
  isDone: (purchase: Purchase) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<Purchase> {
  return pollUntil(
    async () => {
      const purchase = await findPurchase(world.database.db, id);
      return purchase !== undefined && isDone(purchase) && purchase;
    },
    { deadlineMs },
  );
}

/** Submits what the device has, and acknowledges as the device does once the answer lets it finish. */
export async function submitAndFinish(runtime: Runtime, order: PlacedOrder, presenter: Account): Promise<PurchaseAnswer> {
  const answer = await runtime.fulfilment.submit({ evidence: order.purchaseData, presenter });
  if (answer.mayFinish) await (await runtime.fulfilment.acknowledge(answer.purchase.purchaseOrderId, presenter)).wake();
  return answer;
}
