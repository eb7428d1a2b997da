const REDACTED = '[redacted]';

/** Longer texts are cut: a log line is for reading. */
const TEXT_CHARS_MAX = 8_000;

/** Fields that never reach the log, wherever they stand; compared without case, `_` and `-`. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(
  [
    'jws jwe purchasetoken purchasedata developerpayload evidence signature payload body',
    'jwspurchaseorder jwspurchaseorderinfo jwssubscriptionstatus jwsnotification jwsrepresentation',
    'authorization proxyauthorization cookie setcookie password secret secrets token tokens',
    'apikey xapikey apikeys accesstoken refreshtoken idtoken clientsecret privatekey',
    'key keys evidencekeys intentkey databaseurl connectionstring listenurl',
    // A database error carries the row in these, a validation error the value.
    'detail where parameters internalquery values input received issues errors',
  ].flatMap((names) => names.split(' ')),
);

/** Secrets that stand inside a text, in an order such that no earlier pattern hides a later one's mark. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*/g, REDACTED], // A JWS or JWE, whole or cut short.
  [/((?:purchaseToken|purchaseData|developerPayload|jws\w*)\\*["']?\s*[:=]\s*\\*["']?)[^"'\\,}\s&]+/gi, `$1${REDACTED}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${REDACTED}`],
  [/\/\/[^/\s:@]*:[^/\s@]*@/g, `//${REDACTED}@`], // The user's part of a URL.
  [/\bdlk_[0-9a-f]+_[A-Za-z0-9_-]+/g, REDACTED], // Our API keys.
  [/\bv1\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{43}/g, REDACTED], // Our developerPayload.
  [/\b[0-9a-f]{48,}\.\d+\.\d+/g, REDACTED], // Huawei's purchaseToken; an order id is shorter.
  [/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=?(?![A-Za-z0-9_-])/g, REDACTED], // 32 bytes in base64url: a key or a tag.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

type Fields = Record<string, unknown>;

/** One line of the log, already in JSON, with every secret out of it. */
export function redactLine(line: string): string {
  const record = JSON.parse(line) as Fields;
  const redacted = redact(record) as Fields;
  // For a lone error the logger repeats its message beside it, and only the error's own shape says what is unsafe in it.
  const { err } = record;
  if (isFields(err) && record['msg'] === err['message']) redacted['msg'] = toSafeMessage(err);
  return `${JSON.stringify(redacted)}\n`;
}

function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (!isFields(value)) return value;
  if (isBytes(value)) return REDACTED;
  return isError(value) ? redactError(value) : redactFields(value);
}

function redactFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const secret = SECRET_FIELDS.has(name.toLowerCase().replaceAll(/[_-]/g, '')) && value !== null && value !== undefined;
      return [redactText(name), secret ? REDACTED : redact(value)];
    }),
  );
}

function redactError(error: Fields & { readonly message: string; readonly stack: string }): Fields {
  const message = toSafeMessage(error);
  const stack = redactText(error.message === '' ? error.stack : error.stack.replaceAll(error.message, message));
  return { ...redactFields(error), message, stack };
}

/** An error's message without the values that its kind is known to quote. */
function toSafeMessage({ message, type, severity, routine }: Fields): string {
  if (typeof message !== 'string') return '';
  if (typeof type === 'string' && type.includes('Zod')) return 'The value is not of the expected shape.';
  const quotesValues = type === 'SyntaxError' || (typeof severity === 'string' && typeof routine === 'string');
  return redactText(quotesValues ? redactQuotedValues(message) : message);
}

/**
 * A parser and a database quote the value: `invalid input syntax for type json: "…"`, `Unexpected token 'e', "eyJ…" is not valid JSON`.
 * Names stay readable: they follow a word such as constraint, column, relation.
 */
function redactQuotedValues(message: string): string {
  const named = /\b(constraint|column|relation|table|schema|role|database|function|operator|index|type|parameter) "[^"]*"/g;
  const names = message.match(named) ?? [];
  const withoutNames = message.replaceAll(named, '\0');
  let next = 0;
  return withoutNames.replaceAll(/"[\s\S]*"|'[\s\S]*'/g, REDACTED).replaceAll('\0', () => names[next++] ?? REDACTED);
}

function redactText(text: string): string {
  // Redacted first: a secret cut in two is not recognised any more.
  const safe = SECRET_TEXTS.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text);
  return safe.length > TEXT_CHARS_MAX ? `${safe.slice(0, TEXT_CHARS_MAX)}…` : safe;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A Buffer and a Uint8Array, as JSON writes them. */
function isBytes(fields: Fields): boolean {
  return fields['type'] === 'Buffer' || typeof fields['0'] === 'number';
}

function isError(fields: Fields): fields is Fields & { readonly message: string; readonly stack: string } {
  return typeof fields['message'] === 'string' && typeof fields['stack'] === 'string';
}
