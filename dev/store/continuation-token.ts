import { BusinessError, IAPErrorCode } from './iap-types.js';

/** Opaque to the app, and good for the query it came from alone. It names the last order seen, so finishing some between pages skips none. */
export function toContinuationToken(kind: string, sequence: number): string {
  return Buffer.from(`${kind}.${sequence}`).toString('base64url');
}

/** The inverse, for the query that the token came from. */
export function parseContinuationToken(token: string, kind: string): number {
  const match = /^(\d\.\d)\.(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] !== kind) throw new BusinessError(IAPErrorCode.PARAMETER_ERROR, 'Parameter error: continuationToken');
  return Number(match[2]);
}
