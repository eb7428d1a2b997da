import { describeError } from './describe-error';
import { checkAvailability, type Availability } from './available';
import { createBackendDelivery } from './backend-delivery';
import type { Delivery } from './delivery';
import { createHandOver, type HandedOver, type HandOverDeps } from './handover';
import { NONRENEWABLE, type Iap, type ProductType } from './iap';
import type { Backend, Clock, Delivered, Logger, ProductSetting, PurchaseEvents, Storage, Undelivered } from './ports';
import { createPatientBackend } from './patient-backend';
import { createJoin } from './join';
import { buy, toResult, type PurchaseDeps, type PurchaseOptions, type PurchaseResult } from './purchase';
import { createRedelivery, type Redelivery, type RedeliveryDeps } from './redelivery';
import type { Session } from './session';
import { createStoreCalls } from './store-calls';
import { createTell, toDelivered, toUndelivered } from './tell';

/** Flow B's half, made by `createLocalDelivery` of the entry `local`. */
export interface LocalDelivery {
  open(storage: Storage, logger: Logger): Delivery;
}

export interface PurchaseKitOptions {
  readonly iap: Iap;
  /** Handed to each of the store's calls: the UIAbilityContext. */
  readonly context: object;
  /** Flow A: who delivers. Exactly one of `backend` and `local`. */
  readonly backend?: Backend;
  /** Flow B: a standalone app delivers to itself. */
  readonly local?: LocalDelivery;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Everything that the app sells; of other products only what the store lists by itself is delivered. */
  readonly products: readonly ProductSetting[];
  readonly events?: PurchaseEvents;
  /** The device's API version; non-renewing products need 14, a quantity above one needs 15. */
  readonly apiVersion: number;
  /** Flow A: buy although the server cannot be asked for an intent. @default false */
  readonly buyWithoutIntent?: boolean;
}

/** What one search for undelivered purchases came to. */
export interface Redelivered {
  readonly delivered: readonly Delivered[];
  /** Paid, and still to be granted or decided. */
  readonly undelivered: readonly Undelivered[];
  /** False: the store could not be asked about everything, or nobody is signed in; the kit asks again by itself. */
  readonly complete: boolean;
}

export interface PurchaseKit {
  /** An account has signed in (a standalone app: once, with any fixed name). Ends what was under way for another one, and looks for its purchases. */
  login(account: string): Promise<Redelivered>;
  /** Nobody plays any more: what is under way ends, and is found at the next `login`. */
  logout(): void;
  /** At launch after `login`, at each return to the foreground, and whenever the app likes. */
  redeliver(): Promise<Redelivered>;
  /** 补单: the player asks for what is missing. Asks the server to look by itself as well, where it can. */
  recheck(): Promise<Redelivered>;
  /**
   * Sells one product, from the announcement to the finish. A second call for the same product joins the first, whatever its
   * quantity: what is sold is what the first one asked for. The payment dialogue opens within half a minute or not at all.
   */
  purchase(productId: string, options?: PurchaseOptions): Promise<PurchaseResult>;
  /** Whether anything can be bought here and now, with a sentence for the player where not. */
  available(): Promise<Availability>;
  /** The app ends, or wants another kit. */
  close(): void;
}

const NON_RENEWING_SINCE = 14;

/** What lives as long as an account is signed in. */
interface SignedIn {
  readonly session: Session;
  readonly redelivery: Redelivery;
  /** While a product is being bought, whoever wants it joins. */
  buy(product: ProductSetting, quantity: number): Promise<PurchaseResult>;
}

type Parts = Omit<HandOverDeps & RedeliveryDeps & PurchaseDeps, 'handOver' | 'redelivery' | 'session'>;

function createParts(options: PurchaseKitOptions, backend: Backend | undefined): Parts {
  const { iap, context, clock, logger, products, apiVersion, events = {} } = options;
  return {
    delivery: openDelivery(options, backend),
    calls: createStoreCalls(iap, context, clock, logger),
    tell: createTell(events, logger),
    productTypes: listTypes(products, apiVersion),
    apiVersion,
    clock,
    logger,
  };
}

function signIn(parts: Parts, account: string): SignedIn {
  const session: Session = { account, ended: false, bought: [] };
  const handOver = createHandOver(parts, session);
  const redelivery = createRedelivery({ ...parts, handOver }, session);
  const deps: PurchaseDeps = { ...parts, handOver, redelivery, session };
  const join = createJoin<PurchaseResult>();
  return { session, redelivery, buy: (product, quantity) => join(product.productId, () => buy(deps, product, quantity)) };
}

/** The purchases of one app on one device. Nothing is shared between kits, and nothing happens before `login`. */
export function createPurchaseKit(options: PurchaseKitOptions): PurchaseKit {
  const { clock, logger, products } = options;
  const backend = options.backend && createPatientBackend(options.backend, clock);
  const parts = createParts(options, backend);
  let signedIn: SignedIn | undefined;

  function logout(): void {
    if (signedIn === undefined) return;
    signedIn.session.ended = true;
    signedIn.redelivery.end();
    signedIn = undefined;
  }

  function redeliver(): Promise<Redelivered> {
    return signedIn === undefined ? Promise.resolve(NOTHING) : search(signedIn, logger);
  }

  return {
    logout,
    close: logout,
    redeliver,
    login(account) {
      if (signedIn?.session.account !== account) {
        logout();
        signedIn = signIn(parts, account);
      }
      return redeliver();
    },
    async recheck() {
      const asking = signedIn;
      if (asking === undefined) return NOTHING;
      await askToLook(backend, logger, asking.session.account);
      return search(asking, logger);
    },
    async purchase(productId, { quantity = 1 } = {}) {
      const product = products.find((each) => each.productId === productId);
      if (signedIn === undefined) return toResult('failed', 'NOT_LOGGED_IN');
      if (product === undefined) return toResult('failed', 'PRODUCT_UNKNOWN');
      const { account } = signedIn.session;
      const result = await signedIn.buy(product, quantity);
      // The account may have signed in again before it paid: that look came too early.
      if (result.code === 'ACCOUNT_CHANGED' && signedIn?.session.account === account) void redeliver();
      return result;
    },
    available: () => checkAvailability(parts.calls),
  };
}

const NOTHING: Redelivered = { delivered: [], undelivered: [], complete: false };

function openDelivery({ local, storage, logger, buyWithoutIntent = false }: PurchaseKitOptions, backend: Backend | undefined): Delivery {
  if (backend !== undefined && local === undefined) return createBackendDelivery({ backend, storage, logger, buyWithoutIntent });
  if (local !== undefined && backend === undefined) return local.open(storage, logger);
  throw new TypeError('createPurchaseKit wants either a backend or a local delivery.');
}

/** The types that are sold here; the store of an older device does not know all of them. */
function listTypes(products: readonly ProductSetting[], apiVersion: number): readonly ProductType[] {
  const types = new Set(products.map(({ productType }) => productType));
  return [...types].filter((type) => type !== NONRENEWABLE || apiVersion >= NON_RENEWING_SINCE);
}

/** Whatever comes of it, the device looks as well. */
async function askToLook(backend: Backend | undefined, logger: Logger, account: string): Promise<void> {
  try {
    await backend?.recheck?.(account);
  } catch (error) {
    logger.info(`The server could not be asked to look by itself: ${describeError(error)}`);
  }
}

async function search({ session, redelivery }: SignedIn, logger: Logger): Promise<Redelivered> {
  try {
    const { handedOver, complete } = await redelivery.run();
    return { ...sortOut(session.account, handedOver), complete };
  } catch (error) {
    logger.info(`The search for undelivered purchases ended: ${describeError(error)}`);
    return NOTHING;
  }
}

function sortOut(account: string, handedOver: readonly HandedOver[]): Pick<Redelivered, 'delivered' | 'undelivered'> {
  const delivered: Delivered[] = [];
  const undelivered: Undelivered[] = [];
  for (const { paid, outcome } of handedOver) {
    if (outcome.kind !== 'granted') undelivered.push(toUndelivered(account, paid.order, outcome));
    else if (paid.order !== undefined) delivered.push(toDelivered(account, paid.order));
  }
  return { delivered, undelivered };
}
