import type { ErrorCode } from '../domain/error-codes.js';

/** What an operator does about a command that failed, where the code's own words do not say it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  LEDGER_UNAVAILABLE: 'Check that PostgreSQL runs, and DROPLESS_DATABASE_URL.',
  ENGINE_UNAVAILABLE:
    'Check that Temporal runs, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; asking again does no harm. If it runs but lost its workflows: `dropless recover`.',
  SCHEMA_TOO_NEW: 'Use the version of dropless that made it, or a later one.',
  CONFIGURATION_INVALID: 'Each variable is explained in docs/configuration.md.',
  DURABILITY_NOT_PROMISED: 'DROPLESS_DURABILITY says what was decided.',
  CATALOGUE_INVALID: 'Mend it, then `dropless catalogue check FILE`.',
  PURCHASE_NOT_FOUND: 'Check the order id on the receipt; orders that wait for a person: `dropless parked`.',
  NOT_PARKED: 'How it stands: `dropless show ORDER`.',
  PARK_NUMBER_STALE: 'How it stands: `dropless show ORDER`.',
  ALREADY_OWNED: 'Whose it is: `dropless show ORDER`.',
  PURCHASE_REVOKED: 'When and why: `dropless show ORDER`.',
  RELEASE_IMPOSSIBLE: 'What to do about it: `dropless show ORDER`.',
  ACCOUNT_UNKNOWN: 'Check realm, environment and spelling.',
  EVIDENCE_KEY_MISSING: 'Put it back into DROPLESS_EVIDENCE_KEYS: open purchases need it.',
  INTERNAL_ERROR: 'If it stays so, report it with this line.',
};

/** `order`: the one that the command was about, if it was about one. */
export function adviseOnError(code: ErrorCode, order = 'ORDER'): string {
  return (ADVICE[code] ?? '').replaceAll('ORDER', () => order);
}
