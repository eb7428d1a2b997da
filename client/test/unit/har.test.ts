import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-ohos';
import { expect, test } from 'vitest';
import { loadEts } from '../support/load-ets';

const KIT = 'client';
const read = (name: string) => readFileSync(join(KIT, name), 'utf8');

/** JSON with comments: as much of JSON5 as our files use. */
function parse(name: string): unknown {
  const parsed = ts.parseConfigFileTextToJson(name, read(name));
  expect(parsed.error, name).toBeUndefined();
  return parsed.config as unknown;
}

function listFiles(folder: string, ending: RegExp): readonly string[] {
  const names = readdirSync(join(KIT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => ending.test(name)).map((name) => join(folder, name));
}

test('everything that ohpm and hvigor ask of a HAR is there', () => {
  const names = [
    'Index.ets',
    'oh-package.json5',
    'build-profile.json5',
    'hvigorfile.ts',
    'consumer-rules.txt',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ];
  expect([...names, 'src/main/module.json5'].filter((name) => !existsSync(join(KIT, name)))).toEqual([]);
});

test('each project file of the HAR and of the sample parses', () => {
  const found = ['.', 'sample'].flatMap((folder) => listFiles(folder, /\.json5?$/)).filter((name) => !/node_modules|tsconfig/.test(name));
  expect(found.length).toBeGreaterThan(8);
  for (const name of found) expect(parse(name), name).toBeTypeOf('object');
});

test('the HAR and the npm package are one thing with one version', () => {
  const { name, version, description, license } = parse('package.json') as Record<string, unknown>;
  expect(parse('oh-package.json5')).toMatchObject({ name, version, description, license, main: 'Index.ets', dependencies: {} });
  expect(read('CHANGELOG.md')).toContain(`## ${String(version)} `);
  expect(read('LICENSE')).toBe(readFileSync('LICENSE', 'utf8'));
});

test('the module is a HAR for phones, tablets and 2in1, without pages', () => {
  expect(parse('src/main/module.json5')).toEqual({
    module: { name: 'purchase_kit', type: 'har', deviceTypes: ['phone', 'tablet', '2in1'] },
  });
  expect(parse('build-profile.json5')).toMatchObject({ apiType: 'stageMode', targets: [{ name: 'default' }] });
});

test('what goes into the HAR leaves out what is only for us', () => {
  const ignored = read('.ohpmignore').trim().split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['lib', 'sample', 'test', 'types']));
  expect(ignored.filter((name) => ['src', 'Index.ets', 'README.md', 'consumer-rules.txt'].includes(name))).toEqual([]);
});

const KITS = ['ArkData', 'BasicServicesKit', 'CryptoArchitectureKit', 'IAPKit', 'NetworkKit', 'PerformanceAnalysisKit'];

test('Index.ets exports what the README says, and nothing else; nothing of the device is touched by importing it', async () => {
  const untouchable = new Proxy(
    {},
    // `then` is only asked for by the await in the loader.
    { get: (_kit, name) => (name === 'then' ? undefined : expect.unreachable(`${String(name)} is used at import`)) },
  );
  const entry = await loadEts<object>('client/Index.ets', Object.fromEntries(KITS.map((name) => [`@kit.${name}`, untouchable])));
  const exported = Object.entries(entry).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const section = read('README.md').split('## What the module exports')[1]?.split('\n## ')[0] ?? '';
  const described = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) => names?.match(/\w+/g) ?? []);
  expect(exported.toSorted()).toEqual(described.toSorted());
});

test("an app's obfuscation keeps the names of what Huawei, the server and the disk hand us as JSON", () => {
  const [rule, ...names] = read('consumer-rules.txt').trim().split('\n');
  expect(rule).toBe('-keep-property-name');
  expect(names).toEqual(expect.arrayContaining(['jwsPurchaseOrder', 'purchaseOrderId', 'developerPayload', 'mayFinish', 'x5c']));
});
