import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { PROJECT_DIR } from './project-dir.js';

/**
 * Bundles the workflows for the worker, unless the bundle at `path` was made from the same sources: webpack takes
 * seconds, and a start should not.
 */
export async function buildWorkflowBundle(path: string): Promise<void> {
  const hash = await hashSources();
  const stamp = `${path}.sources`;
  if (existsSync(path) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(PROJECT_DIR, 'src/workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(path, code);
  await writeFile(stamp, hash);
}

/** What a bundle can hold: our workflows and domain, and the packages as the lock file pins them. */
async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['src/workflows', 'src/domain']) {
    const files = (await readdir(join(PROJECT_DIR, folder))).toSorted();
    for (const file of files) hash.update(file).update(await readFile(join(PROJECT_DIR, folder, file)));
  }
  return hash.update(await readFile(join(PROJECT_DIR, 'package-lock.json'))).digest('hex');
}

const [, program, path] = process.argv;
if (program === fileURLToPath(import.meta.url) && path !== undefined) await buildWorkflowBundle(path);
