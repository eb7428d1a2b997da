import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../store/write-whole.js';
import { createApiKey, findApiKey } from '../../src/ledger/api-keys.js';
import type { Database } from '../../src/ledger/database.js';

/** The demo's game server has one key over all starts, kept where dropless itself would never keep one: beside the data, for its owner alone. */
export async function findOrCreateDemoKey(dataDir: string, db: Database): Promise<string> {
  const file = join(dataDir, 'api-key');
  const kept = existsSync(file) ? await readFile(file, 'utf8') : '';
  // Another database, or one made anew, does not know it.
  if ((await findApiKey(db, kept)) !== undefined) return kept;
  const key = await createApiKey(db, { environment: 'production', realm: 'game' });
  writeWhole(file, key);
  return key;
}
