import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReachableByOthers } from './postgres-program.js';
import { PROJECT_DIR } from './project-dir.js';

/**
 * Where the embedded servers keep their data: beside the project. Root's PostgreSQL runs as another user, so where
 * the checkout is closed to others (root's home is), a folder of the system's is taken, one for each checkout.
 */
export async function findDataDir(): Promise<string> {
  if (!isRoot() || (await isReachableByOthers(PROJECT_DIR))) return join(PROJECT_DIR, '.dropless');
  const checkout = createHash('sha256').update(PROJECT_DIR).digest('hex').slice(0, 12);
  return join('/var/lib/dropless', checkout);
}

/** A folder for what need not last, under the same condition. */
export async function findTemporaryDir(): Promise<string> {
  return !isRoot() || (await isReachableByOthers(tmpdir())) ? tmpdir() : '/var/tmp';
}

const isRoot = (): boolean => process.getuid?.() === 0;
