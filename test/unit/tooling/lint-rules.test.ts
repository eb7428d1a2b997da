import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Fixture {
  readonly file: string;
  readonly source: string;
  /** A part of the rule's name or of its message. */
  readonly caught: string;
}

const bad = (file: string, source: string, caught: string): Fixture => ({ file, source, caught });
const imports = (specifier: string): string => `import { x } from '${specifier}';\nexport const y = (): unknown => x;\n`;

/** Each forbidden thing once; the layer table is design.md §5. */
const BAD: readonly Fixture[] = [
  bad('src/domain/bad-upward.ts', imports('../store/huawei.js'), 'domain imports domain alone'),
  bad('src/domain/bad-node.ts', imports('node:fs'), 'domain is pure'),
  bad('src/domain/bad-package.ts', imports('pg'), 'domain is pure'),
  bad('src/domain/bad-near.ts', imports('zod-to-json-schema'), 'domain is pure'),
  bad('src/store/bad-sibling.ts', imports('../ledger/purchases.js'), 'store imports domain'),
  bad('src/store/bad-sql.ts', imports('pg'), 'neither SQL nor Temporal'),
  bad('src/store/bad-re-export.ts', `export { x } from '../ledger/purchases.js';\n`, 'store imports domain'),
  bad('src/store/bad-engine.ts', imports('@temporalio/client'), 'neither SQL nor Temporal'),
  bad('src/ledger/bad-sibling.ts', imports('../store/huawei.js'), 'ledger imports domain'),
  bad('src/ledger/bad-engine.ts', imports('@temporalio/client'), 'neither HTTP nor Temporal'),
  bad('src/ledger/bad-http.ts', imports('fastify'), 'neither HTTP nor Temporal'),
  bad('src/activities/bad-upward.ts', imports('../fulfilment/submit.js'), 'activities import store'),
  bad('src/activities/bad-client.ts', imports('@temporalio/client'), 'activities hold no SQL'),
  bad('src/workflows/bad-value.ts', imports('../activities/grant-entitlement.js'), 'only the types of activities'),
  bad('src/workflows/bad-layer.ts', imports('../ledger/purchases.js'), 'workflows import domain'),
  bad('src/workflows/bad-node.ts', imports('node:crypto'), 'sandbox has no node: modules'),
  bad('src/workflows/bad-package.ts', imports('jose'), 'sandbox has no node: modules'),
  bad('src/workflows/bad-engine.ts', imports('@temporalio/client'), 'sandbox has no node: modules'),
  bad('src/fulfilment/bad-upward.ts', imports('../api/app.js'), 'fulfilment imports'),
  bad('src/fulfilment/bad-face.ts', imports('../store/certificate-path.js'), 'one public face'),
  bad('src/fulfilment/bad-workflow.ts', imports('../workflows/fulfil-purchase.js'), 'workflows/contract.ts'),
  bad('src/fulfilment/bad-fetch.ts', imports('../revocation/download.js'), 'fulfilment imports'),
  bad('src/revocation/bad-face.ts', imports('../store/revocation-list.js'), 'one public face'),
  bad('src/revocation/bad-upward.ts', imports('../fulfilment/submit.js'), 'revocation imports store'),
  bad('src/api/bad-fetch.ts', imports('../revocation/download.js'), 'api imports fulfilment'),
  bad('src/fulfilment/bad-http.ts', imports('fastify'), 'neither SQL nor HTTP'),
  bad('src/api/bad-sql.ts', imports('pg'), 'neither SQL nor Temporal'),
  bad('src/api/bad-engine.ts', `import type { Client } from '@temporalio/client';\nexport type C = Client;\n`, 'neither SQL nor Temporal'),
  bad('src/api/bad-workflows.ts', imports('../workflows/contract.js'), 'api imports fulfilment'),
  bad('src/api/routes/bad-deeper.ts', imports('../../config/load-config.js'), 'api imports fulfilment'),
  bad('src/domain/bad-z.ts', imports('zlib'), 'domain is pure'),
  bad('src/api/bad-root.ts', imports('../runtime.js'), 'No layer imports a root'),
  bad('src/operator/bad-sibling.ts', imports('../api/app.js'), 'operator imports fulfilment'),
  bad('src/operator/bad-sql.ts', imports('pg'), 'no SQL, no Temporal'),
  bad('src/config/bad-upward.ts', imports('../ledger/database.js'), 'config is a leaf'),
  bad('src/telemetry/bad-config.ts', imports('../config/load-config.js'), 'telemetry is a leaf'),
  bad('src/server.ts', imports('../dev/stack/start.js'), 'src never imports dev'),
  bad('src/worker.ts', imports('../test/support/clock.js'), 'src never imports dev'),
  bad('src/store/bad-dev.ts', imports('../../dev/store/pki.js'), 'store imports domain'),
  bad('src/domain/bad-cycle-a.ts', `import { b } from './bad-cycle-b.js';\nexport const a = (): unknown => b;\n`, 'no-cycle'),
  bad('src/domain/bad-cycle-b.ts', `import { a } from './bad-cycle-a.js';\nexport const b = (): unknown => a;\n`, 'no-cycle'),
  bad('src/domain/bad-lines.ts', 'export {};\n'.repeat(301), 'max-lines'),
  bad('src/domain/bad-function.ts', `export function long(): void {\n${'  String();\n'.repeat(50)}}\n`, 'max-lines-per-function'),
  bad('src/domain/bad-console.ts', `console.log('x');\n`, 'no-console'),
  bad('src/domain/bad-default.ts', `export default 1;\n`, 'no-default-export'),
  bad('src/domain/bad-any.ts', `export const x: any = 1;\n`, 'no-explicit-any'),
  bad('src/domain/bad-non-null.ts', `export const x = (y: string | undefined): string => y!;\n`, 'no-non-null-assertion'),
  bad('src/domain/bad-type-import.ts', `import { T } from './t.js';\nexport const x = (y: T): T => y;\n`, 'consistent-type-imports'),
  bad(
    'src/domain/bad-floating.ts',
    `async function f(): Promise<void> {}\nexport const x = (): void => {\n  f();\n};\n`,
    'no-floating-promises',
  ),
  bad('src/domain/bad-for-in.ts', `export function f(x: string[]): void {\n  for (const y in x) String(y);\n}\n`, 'no-for-in-array'),
];

/** What the table allows: a rule that catches these too would prove nothing. */
const GOOD: readonly (readonly [string, string])[] = [
  ['src/domain/t.ts', 'export type T = string;\n'],
  ['src/domain/good.ts', imports('zod')],
  ['src/store/good.ts', imports('../domain/errors.js')],
  ['src/ledger/good.ts', imports('pg')],
  ['src/activities/good.ts', imports('../ledger/purchases.js')],
  ['src/workflows/good.ts', `import type { A } from '../activities/index.js';\nexport type B = A;\n`],
  ['src/workflows/good-engine.ts', imports('@temporalio/workflow')],
  ['src/fulfilment/good.ts', imports('../workflows/contract.js')],
  ['src/fulfilment/good-face.ts', imports('../store/index.js')],
  ['src/api/routes/good.ts', imports('../../fulfilment/submit.js')],
  ['src/operator/good.ts', imports('../fulfilment/submit.js')],
  ['src/cli.ts', `console.log('x');\n${imports('./config/load-config.js')}`],
  ['dev/good.ts', imports('../src/runtime.js')],
];

interface Finding {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
  readonly help?: string;
}

function runOxlint(folder: string): Promise<Finding[]> {
  return new Promise((resolve, reject) => {
    const args = [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-f', 'json', 'src', 'dev'];
    execFile(process.execPath, args, { cwd: folder, timeout: 50_000, maxBuffer: 16_000_000 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`oxlint printed nothing: ${stderr}`, { cause: error }));
      else resolve((JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics);
    });
  });
}

describe('the linter', () => {
  let folder = '';
  let findings: Finding[] = [];
  const findingsIn = (file: string): string[] =>
    findings.filter(({ filename }) => filename === file).map(({ code, message, help }) => `${code}: ${message} ${help ?? ''}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dropless-lint-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json']) await copyFile(join(ROOT, name), join(folder, name));
    // The type-aware rules are found beside the files, not beside oxlint.
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = [...BAD.map(({ file, source }) => [file, source] as const), ...GOOD];
    for (const [file, source] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), source);
    }
    findings = await runOxlint(folder);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(BAD)('refuses $file: $caught', ({ file, caught }) => {
    expect(findingsIn(file).join('\n')).toContain(caught);
  });

  test.each(GOOD)('accepts %s', (file) => {
    expect(findingsIn(file)).toEqual([]);
  });
});
