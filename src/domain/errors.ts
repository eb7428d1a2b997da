import { ERROR_CODES, type ErrorCode } from './error-codes.js';

export interface DroplessErrorOptions {
  /** Goes to the log only, redacted: database and validation errors carry values. */
  readonly cause?: unknown;
  /** Which part of the request or configuration is meant; never a secret. */
  readonly field?: string;
}

/** A failure with a stable, public code. What the caller must do about it stands in `ERROR_CODES`. */
export class DroplessError extends Error {
  override readonly name = 'DroplessError';
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, options: DroplessErrorOptions = {}) {
    const { en } = ERROR_CODES[code];
    super(options.field === undefined ? en : `${en} (${options.field})`, { cause: options.cause });
    this.code = code;
    this.field = options.field;
  }
}

/** The code of any error: our own, or `INTERNAL_ERROR` for what nobody foresaw. */
export function toErrorCode(error: unknown): ErrorCode {
  return error instanceof DroplessError ? error.code : 'INTERNAL_ERROR';
}
