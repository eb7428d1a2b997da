import type { InvalidCode, UndecidedCode } from './verdict.js';
import { DroplessError } from '../domain/errors.js';

/** One step of the procedure and what it saw: certificates, algorithm and times, never a token or the JWS. */
export interface VerificationCheck {
  readonly name: string;
  readonly ok: boolean;
  /** For a person. */
  readonly seen: string;
  /** The same for a program, where there is more to it than a word. */
  readonly facts?: Facts;
}

/** Named texts; one level down where they are about several things of a kind. */
export type Facts = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** A check that refuses the evidence: the code for the caller, and what was seen, for whoever looks into it. */
export class CheckFailure extends DroplessError {
  declare readonly code: InvalidCode | UndecidedCode;
  readonly seen: string;

  constructor(code: InvalidCode | UndecidedCode, seen: string, cause?: unknown) {
    super(code, { cause });
    this.seen = seen;
  }
}

/** What a check found good, and what it saw. */
export interface Passed<T> {
  readonly value: T;
  readonly seen: string;
  readonly facts?: Facts;
}

export interface CheckList {
  readonly list: readonly VerificationCheck[];
  /** Writes down one check; a failing one ends the procedure by throwing. */
  run<T>(name: string, check: () => Passed<T> | Promise<Passed<T>>): Promise<T>;
  /** Writes down a check that fails without ending the procedure. */
  fail(name: string, seen: string, facts?: Facts): void;
  /** Writes down what was seen before, and still holds. */
  repeat(checks: readonly VerificationCheck[]): void;
}

/** Subjects and header values come from whoever made the evidence. */
const SEEN_CHARACTERS_MAX = 400;

export function createCheckList(): CheckList {
  const list: VerificationCheck[] = [];
  const add = (name: string, ok: boolean, seen: string, facts?: Facts) =>
    list.push({ name, ok, seen: toPrintable(seen), ...(facts && { facts: toPrintableFacts(facts) }) });
  return {
    list,
    fail: (name, seen, facts) => void add(name, false, seen, facts),
    repeat: (checks) => void list.push(...checks),
    async run(name, check) {
      try {
        const { value, seen, facts } = await check();
        add(name, true, seen, facts);
        return value;
      } catch (error) {
        add(name, false, toSeen(error));
        throw error;
      }
    },
  };
}

/** A DroplessError's own message is fixed text; any other may quote what it stumbled over. */
function toSeen(error: unknown): string {
  if (error instanceof CheckFailure) return error.seen;
  return error instanceof DroplessError ? error.message : 'could not be checked';
}

/** The most of what is seen, and quickly told. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Without line breaks, terminal sequences and direction marks. */
function toPrintable(text: string): string {
  const printable = PLAIN.test(text) ? text : text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > SEEN_CHARACTERS_MAX ? `${printable.slice(0, SEEN_CHARACTERS_MAX)}…` : printable;
}

function toPrintableFacts(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'string' ? toPrintable(fact) : toPrintableTexts(fact)]),
  );
}

function toPrintableTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, toPrintable(text)]));
}
