import { renameSync, writeFileSync } from 'node:fs';

/** For its owner alone. A rename puts the new text in place, so that a kill never leaves half of one for the next start to read. */
export function writeWhole(path: string, text: string): void {
  const next = `${path}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}
