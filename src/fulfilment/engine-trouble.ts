import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { status } from '@grpc/grpc-js';
import { BrokenCircuitError } from 'cockatiel';
import { DroplessError } from '../domain/errors.js';

/**
 * What a failed call to Temporal leaves behind (design §2): `down`: nothing happened; `unknown`: it may have happened;
 * `misconfigured`: it never will until an operator mends the namespace, a permission or a search attribute.
 */
export type EngineTrouble = 'down' | 'unknown' | 'misconfigured';

const MISCONFIGURED: readonly status[] = [
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
  status.FAILED_PRECONDITION,
];
const DOWN: readonly status[] = [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED];

export function toEngineTrouble(error: unknown): EngineTrouble {
  if (error instanceof BrokenCircuitError) return 'down';
  if (error instanceof DroplessError && error.code === 'ENGINE_UNAVAILABLE') return 'down';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NamespaceNotFoundError) return 'misconfigured';
    if (!isGrpcServiceError(cause)) continue;
    if (MISCONFIGURED.includes(cause.code)) return 'misconfigured';
    return DOWN.includes(cause.code) ? 'down' : 'unknown';
  }
  return 'unknown';
}
