import { expect, test, vi } from 'vitest';
import type { Iap } from '../../src/main/ets/core/iap';
import type { Clock, Logger, Storage } from '../../src/main/ets/core/ports';
import { loadEts } from '../support/load-ets';

const ADAPTERS = 'client/src/main/ets';
const CONTEXT = { name: 'the UIAbilityContext' };

async function loadIap(calls: Readonly<Record<string, unknown>>): Promise<Iap> {
  const { HuaweiIap } = await loadEts<{ HuaweiIap: new () => Iap }>(`${ADAPTERS}/huawei-iap.ets`, { '@kit.IAPKit': { iap: calls } });
  return new HuaweiIap();
}

const PARAMETERS = {
  createPurchase: { productId: 'coins', productType: 0, developerPayload: 'v1|abc', quantity: 3 },
  queryPurchases: { productType: 3, queryType: 1, continuationToken: 'page-2' },
  finishPurchase: { productType: 1, purchaseToken: 'token', purchaseOrderId: 'order-1' },
} as const;

test.each(Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[])(
  '%s hands the context and every parameter on unchanged, and the answer back',
  async (name) => {
    const answer = { purchaseData: '{}' };
    const call = vi.fn(async () => answer);
    const iap = (await loadIap({ [name]: call })) as unknown as Record<string, (context: object, parameter: object) => Promise<unknown>>;
    expect(await iap[name]?.(CONTEXT, PARAMETERS[name])).toBe(answer);
    expect(call).toHaveBeenCalledExactlyOnceWith(CONTEXT, PARAMETERS[name]);
    const [context, parameter] = (call.mock.calls as unknown as [object, object][])[0] ?? [];
    expect(context).toBe(CONTEXT);
    expect(parameter).toBe(PARAMETERS[name]);
  },
);

test('the environment is asked for with the context alone', async () => {
  const queryEnvironmentStatus = vi.fn(async () => {});
  await (await loadIap({ queryEnvironmentStatus })).queryEnvironmentStatus(CONTEXT);
  expect(queryEnvironmentStatus).toHaveBeenCalledExactlyOnceWith(CONTEXT);
});

test('what the store rejects with reaches the core as it is: its code decides', async () => {
  const owned = Object.assign(new Error('owned'), { code: 1_001_860_051 });
  const iap = await loadIap({ createPurchase: () => Promise.reject(owned) });
  await expect(iap.createPurchase(CONTEXT, PARAMETERS.createPurchase)).rejects.toBe(owned);
});

/** A preferences file whose flush ends only when the test says so. */
function fakePreferences() {
  const memory = new Map<string, string>();
  const disk = new Map<string, string>();
  let flushed: () => void = () => {};
  const flush = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        flushed = () => {
          for (const [key, value] of memory) disk.set(key, value);
          resolve();
        };
      }),
  );
  const removePreferencesFromCache = vi.fn(async () => {
    memory.clear();
    for (const [key, value] of disk) memory.set(key, value);
  });
  const file = {
    flush,
    has: async (key: string) => memory.has(key),
    get: async (key: string, otherwise: string) => memory.get(key) ?? otherwise,
    put: async (key: string, value: string) => void memory.set(key, value),
  };
  return {
    disk,
    flush,
    endFlush: () => flushed(),
    kit: { preferences: { getPreferences: vi.fn(async () => file), removePreferencesFromCache } },
  };
}

async function loadStorage(arkData: object): Promise<Storage> {
  const kits = { '@kit.ArkData': arkData };
  const { PreferencesStorage } = await loadEts<{ PreferencesStorage: new (context: object) => Storage }>(
    `${ADAPTERS}/preferences-storage.ets`,
    kits,
  );
  return new PreferencesStorage(CONTEXT);
}

test('a write resolves only once its value is on the disk', async () => {
  const { disk, flush, endFlush, kit } = fakePreferences();
  const storage = await loadStorage(kit);
  let written = false;
  const writing = storage.write('key', 'value').then(() => {
    written = true;
  });
  await vi.waitFor(() => expect(flush).toHaveBeenCalledOnce());
  expect(written).toBe(false);
  endFlush();
  await writing;
  expect(disk.get('key')).toBe('value');
  expect(await storage.read('key')).toBe('value');
});

test('a write that the disk does not take fails', async () => {
  const { flush, kit } = fakePreferences();
  flush.mockRejectedValue(new Error('disk full'));
  const storage = await loadStorage(kit);
  await expect(storage.write('key', 'value')).rejects.toThrow('disk full');
  expect(await storage.read('key'), 'nobody takes for stored what is in memory alone').toBeUndefined();
});

test('a key that was never written reads as undefined, an empty text as an empty text', async () => {
  const { flush, kit } = fakePreferences();
  flush.mockResolvedValue();
  const storage = await loadStorage(kit);
  expect(await storage.read('key')).toBeUndefined();
  await storage.write('key', '');
  expect(await storage.read('key')).toBe('');
});

test('a file that could not be opened once is asked for again', async () => {
  const { kit } = fakePreferences();
  kit.preferences.getPreferences.mockRejectedValueOnce(new Error('locked'));
  const storage = await loadStorage(kit);
  await expect(storage.read('key')).rejects.toThrow('locked');
  expect(await storage.read('key')).toBeUndefined();
});

test('the clock calls once after the time that was asked for, and not after it was taken back', async () => {
  vi.useFakeTimers();
  try {
    const { SystemClock } = await loadEts<{ SystemClock: new () => Clock }>(`${ADAPTERS}/system-clock.ets`, {});
    const clock = new SystemClock();
    const [kept, cancelled] = [vi.fn(), vi.fn()];
    const start = clock.now();
    clock.schedule(30_000, kept);
    clock.schedule(30_000, cancelled)();
    vi.advanceTimersByTime(29_999);
    expect(kept).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(kept).toHaveBeenCalledOnce();
    expect(cancelled).not.toHaveBeenCalled();
    expect(clock.now() - start).toBe(89_999);
  } finally {
    vi.useRealTimers();
  }
});

test('a line of the log is an argument, never a format', async () => {
  const hilog = { info: vi.fn(), warn: vi.fn() };
  const { HilogLogger } = await loadEts<{ HilogLogger: new () => Logger }>(`${ADAPTERS}/hilog-logger.ets`, {
    '@kit.PerformanceAnalysisKit': { hilog },
  });
  const logger = new HilogLogger();
  logger.info('%s 100 %');
  logger.warn('%d');
  expect(hilog.info.mock.calls[0]?.slice(2)).toEqual(['%{public}s', '%s 100 %']);
  expect(hilog.warn.mock.calls[0]?.slice(2)).toEqual(['%{public}s', '%d']);
});
