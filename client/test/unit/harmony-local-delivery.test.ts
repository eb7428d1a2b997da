import { expect, test, vi } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import type { PurchaseKit } from '../../src/main/ets/core/create-purchase-kit';
import { NONCONSUMABLE } from '../../src/main/ets/core/iap';
import type { LocalGoods } from '../../src/main/ets/core/local';
import { cryptoFramework } from '../support/fake-crypto-kit';
import { loadEts } from '../support/load-ets';
import { ORDER } from './verifier/orders';

interface Entry {
  createHarmonyPurchaseKit(context: object, options: object): PurchaseKit;
  createHarmonyLocalDelivery(options: object): LocalGoods<number>;
}

/** A disk that keeps all, and a store that lists this one order. */
async function startApp(jwsPurchaseOrder: string) {
  const disk = new Map<string, string>();
  const file = {
    has: async (key: string) => disk.has(key),
    get: async (key: string) => disk.get(key),
    put: async (key: string, value: string) => void disk.set(key, value),
    flush: async () => {},
  };
  const purchaseDataList = [JSON.stringify({ type: NONCONSUMABLE, jwsPurchaseOrder })];
  const finishPurchase = vi.fn(async () => {});
  const { createHarmonyPurchaseKit, createHarmonyLocalDelivery } = await loadEts<Entry>('client/Index.ets', {
    '@kit.ArkData': { preferences: { getPreferences: async () => file } },
    '@kit.BasicServicesKit': { deviceInfo: { sdkApiVersion: 15 } },
    '@kit.CryptoArchitectureKit': { cryptoFramework },
    '@kit.IAPKit': { iap: { queryPurchases: async () => ({ purchaseDataList }), finishPurchase } },
    '@kit.NetworkKit': {},
    '@kit.PerformanceAnalysisKit': { hilog: { info: () => {}, warn: () => {} } },
  });
  const local = createHarmonyLocalDelivery({
    applicationId: ORDER.applicationId,
    environments: ['NORMAL'],
    initial: 0,
    apply: (coins: number) => coins + 100,
  });
  const context = { getApplicationContext: () => ({ on: () => {}, off: () => {} }) };
  const kit = createHarmonyPurchaseKit(context, { local, products: [{ productId: ORDER.productId, productType: NONCONSUMABLE }] });
  return { kit, local, finishPurchase };
}

test("on a device, an order that anyone but Huawei signed gives nothing and is not finished: Huawei's root is pinned", async () => {
  const forged = await (await createStorePki()).sign({ ...ORDER, signedTime: Date.now() });
  const { kit, local, finishPurchase } = await startApp(forged);
  const { delivered, undelivered } = await kit.login('player');
  expect(delivered).toEqual([]);
  expect(undelivered).toMatchObject([{ code: 'CHAIN_ROOT_UNKNOWN' }]);
  expect(await local.ownedProducts()).toEqual([]);
  expect(await local.state()).toBe(0);
  expect(finishPurchase).not.toHaveBeenCalled();
  kit.close();
});
