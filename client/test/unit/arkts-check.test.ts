import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkArkTs, checkDeclarations } from '../../../tools/arkts-checker.js';

const FIXTURES = 'client/test/arkts-fixtures';
const TYPES = 'client/types';
const IAP_KIT = '@kit.IAPKit.d.ts';

const fixtures = readdirSync(FIXTURES)
  .filter((name) => /\.e?ts$/.test(name))
  .map((name) => {
    const path = join(FIXTURES, name);
    return { path, rule: readFileSync(path, 'utf8').split('\n', 1)[0]?.replace('// ', '') };
  });

const findings = checkArkTs(
  fixtures.map(({ path }) => path),
  TYPES,
);

/** Our declarations with one change, elsewhere. */
function copyTypes(from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'arkts-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = readFileSync(join(TYPES, IAP_KIT), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, IAP_KIT), text.replace(from, to));
  return folder;
}

test('there is a bad example for each rule that bites', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(50);
});

test.each(fixtures)('$path yields $rule', ({ path, rule }) => {
  expect(findings.filter(({ file }) => file === path).map((finding) => finding.rule)).toContain(rule);
});

test('nothing but the bad examples is objected to', () => {
  expect(new Set(findings.map(({ file }) => file))).toEqual(new Set(fixtures.map(({ path }) => path)));
});

// In OpenHarmony's own words these two are warnings.
test.each(['global-this', 'definite-assignment'])('%s, a warning, counts like an error', (name) => {
  expect(findings.map(({ file }) => file)).toContain(join(FIXTURES, `${name}.ets`));
});

test('what ArkTS accepts yields nothing', () => {
  expect(checkArkTs([join(FIXTURES, 'good/player.ets')], TYPES)).toEqual([]);
});

test('a file that is not there is a finding, not a pass', () => {
  expect(checkArkTs(['client/wanting.ets'], TYPES)).not.toEqual([]);
});

test('a broken import in our IAP Kit types, which the linter turns into any without a word, is noticed', () => {
  const folder = copyTypes('@ohos.app.ability.common', '@ohos.app.ability.wanting');
  const broken = join(folder, IAP_KIT);
  expect(checkDeclarations([broken], folder).map(({ rule }) => rule)).toEqual(['TS2307']);
  expect(checkDeclarations([join(TYPES, IAP_KIT)], TYPES)).toEqual([]);
});

test('a call that Huawei documents otherwise than we make it is noticed', () => {
  const folder = copyTypes('purchaseOrderId: string;', 'purchaseOrderId: string;\n    reason: string;');
  const rules = checkArkTs(['client/src/main/ets/huawei-iap.ets'], folder).map(({ rule }) => rule);
  expect(rules).not.toEqual([]);
  expect(checkArkTs(['client/src/main/ets/huawei-iap.ets'], TYPES)).toEqual([]);
});
