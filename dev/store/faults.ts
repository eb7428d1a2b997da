import { BusinessError, type IAPErrorCode } from './iap-types.js';

/** The device's calls that can be made to fail. */
export type IapCall = 'createPurchase' | 'queryPurchases' | 'finishPurchase' | 'queryEnvironmentStatus' | 'queryProducts';

/** 'before': nothing happened in the store; 'after': the effect took place and the answer is lost. */
export type FaultMoment = 'before' | 'after';

/** Failures planned for calls to come, each used once, in the order they were planned in. */
export function createFaults() {
  const planned = new Map<IapCall, { code: IAPErrorCode; moment: FaultMoment }[]>();
  return {
    failNext(call: IapCall, code: IAPErrorCode, moment: FaultMoment): void {
      planned.set(call, [...(planned.get(call) ?? []), { code, moment }]);
    },
    async run<T>(call: IapCall, work: () => T | Promise<T>): Promise<T> {
      const fault = planned.get(call)?.shift();
      if (fault?.moment === 'before') throw new BusinessError(fault.code);
      const result = await work();
      if (fault) throw new BusinessError(fault.code);
      return result;
    },
  };
}
