import { rename, writeFile } from 'node:fs/promises';

/** What a shell reads with `set -a; . FILE`, for its owner alone: it holds keys. */
export async function writeEnvFile(path: string, env: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quoteForShell(value)}\n`);
  await writeFile(`${path}.next`, lines.join(''), { mode: 0o600 });
  await rename(`${path}.next`, path);
}

/** One word of a POSIX shell, whatever it holds. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
