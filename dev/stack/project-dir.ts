import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, whether this file runs from the sources or from `dist/`. */
export const PROJECT_DIR = findProjectDir(dirname(fileURLToPath(import.meta.url)));

function findProjectDir(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('package.json was not found above this file');
  return findProjectDir(parent);
}
