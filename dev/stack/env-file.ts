import { writeWhole } from '../store/write-whole.js';

/** What a shell reads with `set -a; . FILE`, for its owner alone: it holds keys. */
export function writeEnvFile(path: string, env: Readonly<Record<string, string>>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quoteForShell(value)}\n`);
  writeWhole(path, lines.join(''));
}

/** One word of a POSIX shell, whatever it holds. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
