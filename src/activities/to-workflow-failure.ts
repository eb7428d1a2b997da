import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { ERROR_CODES } from '../domain/error-codes.js';
import { toErrorCode } from '../domain/errors.js';

/** Writes the cause where it may stand: in the redacted log, under the correlation id that the history shows. */
export type LogFailure = (failure: { readonly step: string; readonly correlationId: string; readonly error: unknown }) => void;

/**
 * A step whose errors carry their code, a fixed message and a correlation id, and nothing else: database and
 * validation errors carry values, and a history is read by many and kept for long.
 */
export function toWorkflowFailure<Input extends unknown[], Result>(
  step: string,
  run: (...input: Input) => Promise<Result>,
  logFailure: LogFailure,
): (...input: Input) => Promise<Result> {
  return async (...input) => {
    try {
      return await run(...input);
    } catch (error) {
      const code = toErrorCode(error);
      const correlationId = randomUUID();
      logFailure({ step, correlationId, error });
      const failure = ApplicationFailure.create({ type: code, message: `${ERROR_CODES[code].en} [${correlationId}]` });
      failure.stack = ''; // Paths of our machines are of no use in a history.
      throw failure;
    }
  };
}
