import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson, TWICE } from '../../../src/store/strict-json.js';

const parse = (text: string, options: { refuseDoubtful?: boolean; bytesMax?: number } = {}) =>
  parseStrictJson(Buffer.from(text), { bytesMax: 1024 * 1024, ...options });

test('any JSON reads as the platform reads it, but for integers beyond 2^53', () => {
  const spaced = fc.tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'));
  fc.assert(
    fc.property(spaced, ([value, space]) => {
      const text = JSON.stringify(value, undefined, space);
      const read = JSON.stringify(parse(text), (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part));
      expect(JSON.parse(read)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['9007199254740991', 9_007_199_254_740_991],
  ['9007199254740992', 9_007_199_254_740_992n],
  ['9007199254740993', 9_007_199_254_740_993n],
  ['-9007199254740993', -9_007_199_254_740_993n],
  ['5765880207854356261', 5_765_880_207_854_356_261n],
  ['1.5', 1.5],
  ['1e400', Number.POSITIVE_INFINITY],
  ['-0', -0],
])('the number %s is exact where it is an integer', (text, value) => {
  expect(parse(` [ ${text} ] `)).toEqual([value]);
  expect(parse(`{"a":${text}}`)).toEqual({ a: value });
  expect(parse(text)).toBe(value);
});

test.each(['', ' ', '{', '{"a":1,}', '[1,]', "{'a':1}", '01', '+1', 'NaN', '"\n"', '"a', '{}{}', '\ufeff{}', '1 2', '/**/1'])(
  'what is no JSON is refused: %j',
  (text) => expect(() => parse(text)).toThrow(SyntaxError),
);

test('bytes that are no UTF-8 are refused', () => {
  for (const bytes of [[0xff], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0xaf, 0x22]]) {
    expect(() => parseStrictJson(Buffer.from(bytes), { bytesMax: 9 })).toThrow(TypeError);
  }
});

test('a name that stands twice has no value, however it is spelt', () => {
  expect(parse('{"a":1,"b":[{"c":1,"c":1}],"\\u0061":1}')).toEqual({ a: TWICE, b: [{ c: TWICE }] });
  expect(parse('{"a":1,"a":2,"a":3}')).toEqual({ a: TWICE });
});

test.each(['{"a":1,"a":1}', '{"a":1,"\\u0061":1}', '[[{"a":{"b":1,"b":2}}]]', '{"a":"\\ud800"}', '{"\\udc00":1}'])(
  'where everybody can shape it, what is doubtful is refused: %s',
  (text) => {
    expect(() => parse(text, { refuseDoubtful: true })).toThrow(SyntaxError);
    expect(parse(text)).toBeDefined();
  },
);

test('"__proto__" is a name like any other', () => {
  const value = parse('{"__proto__":{"a":1}}') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect('a' in value).toBe(false);
});

test('quotation marks and backslashes end nothing too early', () => {
  const value = { 'a"': '\\', b: '\\"', c: ['\\\\"', '}', ']'] };
  expect(parse(JSON.stringify(value))).toEqual(value);
});

test('64 levels are read, and one more is not, nor 100,000', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(parse(nested(65))).toBeDefined();
  for (const levels of [66, 100_000]) expect(() => parse(nested(levels))).toThrow(SyntaxError);
  expect(() => parse('{"a":'.repeat(66) + '1' + '}'.repeat(66))).toThrow(SyntaxError);
});

test('as many bytes as allowed are read, and one more is not', () => {
  expect(parse('"ä"', { bytesMax: 4 })).toBe('ä');
  expect(() => parse('"ä"', { bytesMax: 3 })).toThrow(SyntaxError);
});

test('a number of a quarter of a million digits takes no time to speak of', () => {
  const started = performance.now();
  expect(typeof parse('9'.repeat(250_000))).toBe('bigint');
  expect(performance.now() - started).toBeLessThan(1_000);
});
