import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/domain/error-codes.js';
import { INVALID_CODES, toRefusal, UNDECIDED_CODES } from '../../../src/store/verdict.js';

test('what is invalid is final, and what is undecided is not', () => {
  for (const code of INVALID_CODES) expect(ERROR_CODES[code].final, code).toBe(true);
  for (const code of UNDECIDED_CODES) expect(ERROR_CODES[code].final, code).toBe(false);
});

test('a code makes the one or the other', () => {
  expect(toRefusal('JWS_SIGNATURE_INVALID')).toEqual({ kind: 'invalid', code: 'JWS_SIGNATURE_INVALID', keep: undefined });
  expect(toRefusal('PAYLOAD_UNREADABLE', {})).toEqual({ kind: 'undecided', code: 'PAYLOAD_UNREADABLE', keep: {} });
});
