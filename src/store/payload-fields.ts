import { z } from 'zod';

export type Payload = Readonly<Record<string, unknown>>;

/** JavaScript's last moment; JSON numbers beyond would make an invalid date. */
const TIME_MS_MAX = 8.64e15;
export const TEXT_CHARACTERS_MAX = 512;

const UNSTORABLE = /[\0\p{Cs}]/u;

/** Such as the ledger can hold: no NUL, no half of a character. */
export const TEXT = z
  .string()
  .max(TEXT_CHARACTERS_MAX)
  .refine((text) => !UNSTORABLE.test(text));
/** Made once: making a schema costs more than reading by it. */
export const NAME = TEXT.min(1);
export const TIME_MS = z.int().positive().max(TIME_MS_MAX);

export interface PayloadFields {
  /** Names of the fields whose values are not of the documented kind. */
  readonly unexpected: readonly string[];
  /** Undefined where the field is absent, or not understood. */
  optional<T>(name: string, schema: z.ZodType<T>): T | undefined;
  /** The same, but absence is noted too. */
  required<T>(name: string, schema: z.ZodType<T>): T | undefined;
}

/** Reads a payload field by field: what one field holds never keeps the others from being read. */
export function createPayloadFields(payload: Payload): PayloadFields {
  const unexpected: string[] = [];
  const read = <T>(name: string, schema: z.ZodType<T>, isRequired: boolean): T | undefined => {
    const value = payload[name] ?? undefined;
    if (value === undefined && !isRequired) return undefined;
    const { success, data } = schema.safeParse(value);
    if (!success) unexpected.push(name);
    return data;
  };
  return {
    unexpected,
    optional: (name, schema) => read(name, schema, false),
    required: (name, schema) => read(name, schema, true),
  };
}

export function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
