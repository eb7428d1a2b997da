import { BusinessError, IAPErrorCode } from './iap-types.js';

/** Refuses a call that follows too soon on the last one of its kind that was let through (huawei-iap.md §1: about 5 s). */
export function createCallRate(intervalMs: number, clock: () => Date) {
  const lastMs = new Map<string, number>();
  return {
    count(kind: string): void {
      const nowMs = clock().getTime();
      if (nowMs - (lastMs.get(kind) ?? -Infinity) < intervalMs) throw new BusinessError(IAPErrorCode.FREQUENT_CALLS);
      lastMs.set(kind, nowMs);
    },
  };
}
