import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_DIR } from './project-dir.js';
import { toTracedBundle } from '../../src/fulfilment/workflow-code.js';

const TRACING_MODULE = '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors';

/**
 * Bundles the workflows for the worker, and once more with tracing beside it, unless both were made from the same sources:
 * webpack takes seconds, and a start should not.
 */
export async function buildWorkflowBundle(path: string): Promise<void> {
  const hash = await hashSources();
  const stamp = `${path}.sources`;
  const traced = toTracedBundle(path);
  if (existsSync(path) && existsSync(traced) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return;
  // Loaded only now: with nothing to do, a build should not wait for the SDK and webpack to load either.
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const options = { workflowsPath: join(PROJECT_DIR, 'src/workflows/index.ts'), logger: new DefaultLogger('WARN') };
  const tracing = createRequire(import.meta.url).resolve(TRACING_MODULE);
  const plain = await bundleWorkflowCode(options);
  const withTracing = await bundleWorkflowCode({ ...options, workflowInterceptorModules: [tracing] });
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, plain.code);
  await replaceFile(traced, withTracing.code);
  await replaceFile(stamp, hash);
}

/** What a bundle can hold: our workflows and domain, and the packages as the lock file pins them. */
async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['src/workflows', 'src/domain']) {
    const files = await readdir(join(PROJECT_DIR, folder), { recursive: true });
    const sources = files.filter((file) => file.endsWith('.ts')).toSorted();
    for (const file of sources) hash.update(file).update(await readFile(join(PROJECT_DIR, folder, file)));
  }
  return hash.update(await readFile(join(PROJECT_DIR, 'package-lock.json'))).digest('hex');
}

/** At once: a worker that starts meanwhile reads the old bundle or the new one, never half of one. */
async function replaceFile(path: string, content: string): Promise<void> {
  const whole = `${path}.${process.pid}`;
  await writeFile(whole, content);
  await rename(whole, path);
}

const [, program, path] = process.argv;
if (program === fileURLToPath(import.meta.url) && path !== undefined) await buildWorkflowBundle(path);
