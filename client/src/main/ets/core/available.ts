import { findIapError, toIapErrorCode } from './error-codes';
import type { Text } from './ports';
import type { StoreCalls } from './store-calls';
import { textOf } from './texts';

/** Whether the store sells here and now. */
export interface Availability {
  /** `unknown`: the store gave no clear answer; a purchase may be tried all the same. */
  readonly kind: 'ready' | 'not-signed-in' | 'region' | 'unsupported' | 'unknown';
  /** The store's code, for the app's log; empty when ready. */
  readonly code: string;
  /** For the player. */
  readonly message: Text;
}

const KINDS: Readonly<Record<string, Availability['kind']>> = {
  ACCOUNT_NOT_LOGGED_IN: 'not-signed-in',
  ACCOUNT_TERRITORY_NOT_SUPPORTED: 'region',
  PRODUCT_TERRITORY_NOT_SUPPORTED: 'region',
  DEVICE_UNSUPPORTED: 'unsupported',
};

/** Asks the store whether anything can be bought here and now. */
export async function checkAvailability(calls: StoreCalls): Promise<Availability> {
  try {
    await calls.queryEnvironmentStatus();
    return { kind: 'ready', code: '', message: textOf('READY') };
  } catch (error) {
    const { name, message } = findIapError(toIapErrorCode(error));
    return { kind: KINDS[name] ?? 'unknown', code: name, message };
  }
}
