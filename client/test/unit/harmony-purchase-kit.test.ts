import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PurchaseKit } from '../../src/main/ets/core/create-purchase-kit';
import { CONSUMABLE, NONRENEWABLE, type QueryPurchasesParameter } from '../../src/main/ets/core/iap';
import type { Backend, BackendAnswer } from '../../src/main/ets/core/ports';
import { loadEts } from '../support/load-ets';

interface ForegroundCallback {
  onApplicationForeground(): void;
}

const GRANTED: BackendAnswer = { kind: 'granted', mayFinish: true, final: true, next: 'none' };
const NOTHING_PAID = { purchaseDataList: [] };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A phone: its application object, its store, and a kit made as an ability makes it. */
async function startApp({ apiVersion = 15 } = {}) {
  const callbacks = new Set<ForegroundCallback>();
  const application = {
    on: (_type: string, callback: ForegroundCallback) => void callbacks.add(callback),
    off: (_type: string, callback: ForegroundCallback) => void callbacks.delete(callback),
  };
  const context = { getApplicationContext: () => application };
  const queryPurchases = vi.fn(async (_context: object, _parameter: QueryPurchasesParameter) => NOTHING_PAID);
  const { createHarmonyPurchaseKit } = await loadEts<{ createHarmonyPurchaseKit(context: object, options: object): PurchaseKit }>(
    'client/src/main/ets/harmony-purchase-kit.ets',
    {
      '@kit.BasicServicesKit': { deviceInfo: { sdkApiVersion: apiVersion } },
      '@kit.IAPKit': { iap: { queryPurchases } },
      '@kit.ArkData': {
        preferences: { getPreferences: async () => ({ has: async () => false, put: async () => {}, flush: async () => {} }) },
      },
      '@kit.PerformanceAnalysisKit': { hilog: { info: () => {}, warn: () => {} } },
    },
  );
  const backend: Backend = {
    createIntent: async () => ({ developerPayload: 'p' }),
    submit: async () => GRANTED,
    acknowledge: async () => GRANTED,
  };
  const products = [
    { productId: 'coins', productType: CONSUMABLE },
    { productId: 'month', productType: NONRENEWABLE },
  ];
  const kit = createHarmonyPurchaseKit(context, { backend, products });
  const comeToForeground = async () => {
    for (const callback of callbacks) callback.onApplicationForeground();
    await vi.advanceTimersByTimeAsync(10_000);
  };
  const askedTypes = () => queryPurchases.mock.calls.map(([, { productType }]) => productType);
  return { kit, context, queryPurchases, callbacks, comeToForeground, askedTypes };
}

test('at launch, once the player is known, the store is asked with the ability as context', async () => {
  const { kit, context, queryPurchases, comeToForeground, askedTypes } = await startApp();
  await comeToForeground();
  expect(queryPurchases).not.toHaveBeenCalled();
  expect(await kit.login('player-1')).toMatchObject({ complete: true });
  expect(askedTypes()).toEqual([CONSUMABLE, NONRENEWABLE]);
  expect(queryPurchases.mock.calls[0]?.[0]).toBe(context);
  kit.close();
});

test('each return to the foreground looks again, until the kit is closed', async () => {
  const { kit, queryPurchases, callbacks, comeToForeground } = await startApp();
  await kit.login('player-1');
  queryPurchases.mockClear();
  await comeToForeground();
  expect(queryPurchases).toHaveBeenCalledTimes(2);
  kit.close();
  expect(callbacks.size).toBe(0);
  await comeToForeground();
  expect(queryPurchases).toHaveBeenCalledTimes(2);
});

test('a player who signed out is looked for no more, one who signs in is', async () => {
  const { kit, queryPurchases, comeToForeground } = await startApp();
  await kit.login('player-1');
  kit.logout();
  queryPurchases.mockClear();
  await comeToForeground();
  expect(queryPurchases).not.toHaveBeenCalled();
  await kit.login('player-2');
  expect(queryPurchases).toHaveBeenCalledTimes(2);
  kit.close();
});

test("the device's API version decides what it is asked for", async () => {
  const { kit, askedTypes } = await startApp({ apiVersion: 13 });
  await kit.login('player-1');
  expect(askedTypes()).toEqual([CONSUMABLE]);
  expect(await kit.purchase('month')).toMatchObject({ kind: 'failed' });
  kit.close();
});
