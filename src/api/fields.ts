import { z } from 'zod';

/** Names that a game gives to its players: any text that a log line and a URL survive. */
export const accountIdSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'no control characters')
  .describe('The game’s own id of the account. A game server always names it; a player may leave it out.');

export const applicationIdSchema = z
  .string()
  .regex(/^[0-9]{1,128}$/, 'digits, as a string: the number is beyond 2^53')
  .describe('The id of the application at the store, as a string.');

export const productIdSchema = z.string().min(1).max(256).describe('The id of the product at the store.');

export const purchaseOrderIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'printable ASCII, at most 256 characters')
  .describe('The store’s purchaseOrderId, character for character.');

export const currencySchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'a currency of the catalogue')
  .describe('A currency of the catalogue.');

const BIGINT_MAX = 2n ** 63n - 1n;

/** A string where a number would lose digits beyond 2^53; both spellings mean the same amount. */
export const amountSchema = z
  .union([z.int().positive(), z.string().regex(/^[1-9][0-9]{0,18}$/, 'a whole number above zero')])
  .transform(BigInt)
  .refine((amount) => amount <= BIGINT_MAX, 'at most 2^63-1')
  .describe('Minor units, above zero: a decimal string, or a number up to 2^53.');

export const answeredAmountSchema = z
  .string()
  .regex(/^-?[0-9]+$/)
  .describe('Minor units, as a decimal string.');
export const timeSchema = z.iso.datetime().describe('UTC, ISO 8601.');
