import type fc from 'fast-check';

/** One kind of hostile input, and what becomes of it. */
export interface Family<T> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<T>;
  /**
   * What became of one input, in a word or a code.
   * @throws {Finding} where it was taken though it must not be, or worked on past the limits
   */
  judge(input: T): Promise<string>;
}

/** What fuzzing is for: the input did what none may do. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** A family whose inputs are nobody's business but its own. */
export interface FuzzFamily {
  readonly name: string;
  /** @throws {unknown} the finding, or whatever the code under test threw; `report` says which input it was. */
  run(options: RunOptions): Promise<FamilyResult>;
}

export interface RunOptions {
  readonly seed: number;
  readonly inputs: number;
  /** Called before each input, so that somebody else can tell that it never came to its end. */
  readonly onInput?: () => void;
}

export interface FamilyResult {
  readonly inputs: number;
  readonly slowestMs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** The smallest input that did what none may do, and what it did; undefined: none did. */
  readonly failure: string | undefined;
}
