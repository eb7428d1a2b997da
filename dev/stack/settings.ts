import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createStorePki, exportStorePki, importStorePki, type StorePki } from '../store/pki.js';
import { writeWhole } from '../store/write-whole.js';

/** What the embedded stack makes at its first start and finds again at the next: keys of its own, worth nothing elsewhere. */
export interface StackSettings {
  readonly evidenceKeys: string;
  readonly intentKey: string;
  readonly pki: StorePki;
  /** The simulated store's root, for dropless to trust by name. */
  readonly rootFile: string;
}

interface StoredSettings {
  readonly evidenceKeys: string;
  readonly intentKey: string;
  readonly pki: string;
}

export async function loadStackSettings(dataDir: string): Promise<StackSettings> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const file = join(dataDir, 'settings.json');
  if (!existsSync(file)) writeWhole(file, JSON.stringify(await createSettings()));
  const stored = JSON.parse(await readFile(file, 'utf8')) as StoredSettings;
  const pki = await importStorePki(stored.pki);
  const rootFile = join(dataDir, 'store-root.pem');
  const [, , root] = pki.x5c;
  await writeFile(rootFile, `-----BEGIN CERTIFICATE-----\n${root.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`);
  return { evidenceKeys: stored.evidenceKeys, intentKey: stored.intentKey, pki, rootFile };
}

async function createSettings(): Promise<StoredSettings> {
  const key = () => randomBytes(32).toString('base64url');
  return { evidenceKeys: `dev:${key()}`, intentKey: key(), pki: await exportStorePki(await createStorePki()) };
}
