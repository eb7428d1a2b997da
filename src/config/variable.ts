import type { z } from 'zod';

export type Process = 'server' | 'worker' | 'cli' | 'demo';

export interface Variable {
  /** What a value looks like; completes the sentence "it must be …". Never an example of a secret. */
  readonly unit: string;
  /** In the environment's own spelling. */
  readonly default: string | undefined;
  readonly required: boolean;
  /** A secret may also be given as the path of a file, in the variable of the same name with `_FILE` behind it. */
  readonly secret: boolean;
  readonly processes: readonly Process[];
  readonly schema: z.ZodType<unknown, string>;
  readonly meaning: string;
}
