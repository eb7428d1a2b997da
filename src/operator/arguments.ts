import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parsePurchaseOrderId, type PurchaseOrderId } from '../domain/ids.js';

const STANDARD_INPUT = 0;

/** The text of the file that an argument names; `-` is standard input. */
export function readTextArgument(path: string): string {
  try {
    return readFileSync(path === '-' ? STANDARD_INPUT : path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read${error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''}.`);
  }
}

export function parseOrderArgument(text: string): PurchaseOrderId {
  try {
    return parsePurchaseOrderId(text);
  } catch {
    throw new InvalidArgumentError('An order id is 1 to 256 characters without spaces.');
  }
}

/** For names and reasons: something must stand there, on one line. */
export function parseWords(text: string): string {
  const words = text.trim();
  if (words === '' || words.length > 500 || /\p{Cc}/u.test(words))
    throw new InvalidArgumentError('One line of 1 to 500 characters is needed.');
  return words;
}

/** What the API accepts as an account, too: another spelling would be another account. */
export function parseAccountArgument(text: string): string {
  if (!/^[^\p{Cc}\p{Cs}]{1,128}$/u.test(text)) throw new InvalidArgumentError('1 to 128 characters are needed, no control characters.');
  return text;
}

/** For an option that may be given several times. */
export function collectApplications(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[0-9]{1,128}$/.test(text)) throw new InvalidArgumentError('An application id is digits alone.');
  return [...before, text];
}

export function parseCount(text: string): number {
  const count = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 0;
  if (count === 0) throw new InvalidArgumentError('A number from 1 to 9999 is needed.');
  return count;
}
