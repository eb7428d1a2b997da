/** Deeper than any document of the store by far; past it nobody means well. */
const DEPTH_MAX = 64;

/** Stands in for the value of a name that an object has twice: no reader of a field takes it for one. */
export const TWICE = Symbol('a name that stands twice');

export interface StrictJsonOptions {
  readonly bytesMax: number;
  /** Refuses a name that stands twice and half of a character; otherwise the name's value is `TWICE`, and the rest is read. */
  readonly refuseDoubtful?: boolean;
}

/**
 * Reads JSON as RFC 8259 has it, in UTF-8 without a byte order mark, within bounds. Unlike `JSON.parse` it keeps an
 * integer beyond 2^53 exact, as a bigint, and does not quietly take the last of two values.
 * @throws {SyntaxError | TypeError} whose message may quote the text
 */
export function parseStrictJson(bytes: Uint8Array, { bytesMax, refuseDoubtful = false }: StrictJsonOptions): unknown {
  if (bytes.length > bytesMax) throw new SyntaxError(`more than ${bytesMax} bytes`);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  // The grammar is left to the platform; what follows reads a text that is known to be JSON.
  JSON.parse(text);
  return readValue({ text, refuseDoubtful, at: 0 }, 0);
}

interface Cursor {
  readonly text: string;
  readonly refuseDoubtful: boolean;
  at: number;
}

function readValue(cursor: Cursor, depth: number): unknown {
  if (depth > DEPTH_MAX) throw new SyntaxError(`more than ${DEPTH_MAX} levels deep`);
  switch (peek(cursor)) {
    case '{':
      return readObject(cursor, depth);
    case '[':
      return readArray(cursor, depth);
    case '"':
      return readString(cursor);
    default:
      return readLiteral(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): unknown {
  const fields = new Map<string, unknown>();
  cursor.at += 1;
  while (peek(cursor) !== '}') {
    const name = readString(cursor);
    const isSecond = fields.has(name);
    if (isSecond && cursor.refuseDoubtful) throw new SyntaxError('a name stands twice');
    const value = readValue(cursor, depth + 1);
    fields.set(name, isSecond ? TWICE : value);
  }
  cursor.at += 1;
  // Defines each name as its own, "__proto__" too.
  return Object.fromEntries(fields);
}

function readArray(cursor: Cursor, depth: number): unknown[] {
  const values: unknown[] = [];
  cursor.at += 1;
  while (peek(cursor) !== ']') values.push(readValue(cursor, depth + 1));
  cursor.at += 1;
  return values;
}

function readString(cursor: Cursor): string {
  const from = cursor.at;
  let end = cursor.text.indexOf('"', from + 1);
  while (isEscaped(cursor.text, end)) end = cursor.text.indexOf('"', end + 1);
  cursor.at = end + 1;
  const inner = cursor.text.slice(from + 1, end);
  const value = inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
  if (cursor.refuseDoubtful && /\p{Cs}/u.test(value)) throw new SyntaxError('half of a character');
  return value;
}

/** After an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text[from - 1] === '\\') from -= 1;
  return (at - from) % 2 === 1;
}

function readLiteral(cursor: Cursor): unknown {
  const end = /[\s,\]}]|$/g;
  end.lastIndex = cursor.at;
  const literal = cursor.text.slice(cursor.at, end.exec(cursor.text)?.index);
  cursor.at += literal.length;
  const value: unknown = JSON.parse(literal);
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(literal) ? BigInt(literal) : value;
}

/** The next character that is neither space nor a separator. */
function peek(cursor: Cursor): string {
  while (/[\s,:]/.test(cursor.text.charAt(cursor.at))) cursor.at += 1;
  return cursor.text.charAt(cursor.at);
}
