import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const run = promisify(execFile);

/** An empty project with the kit in it, as `npm install` of the package leaves it. */
export interface InstalledKit {
  /** The project. */
  readonly folder: string;
  /** Where the kit is inside of it. */
  readonly path: string;
  /** The files that were packed, by their names in the package. */
  readonly files: readonly string[];
  /** Runs a JavaScript text as a program of the project; answers with what it prints. */
  evaluate(text: string, type: 'commonjs' | 'module'): Promise<string>;
  /** Checks a TypeScript text as a module of the project; answers with the compiler's complaints. */
  check(text: string): Promise<string>;
  close(): Promise<void>;
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** From `client/lib`, which `npm run build:client` makes. */
export async function installKit(): Promise<InstalledKit> {
  const folder = await mkdtemp(join(tmpdir(), 'purchase-kit-'));
  const npm = (args: readonly string[], cwd: string) => run('npm', [...args, '--ignore-scripts', '--loglevel=error'], { cwd });
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], 'client');
  const [{ filename, files } = { filename: '', files: [] }] = JSON.parse(stdout) as readonly Packed[];
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await npm(['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', `./${filename}`], folder);
  return {
    folder,
    path: join(folder, 'node_modules/@dropless/purchase-kit'),
    files: files.map(({ path }) => path),
    evaluate: async (text, type) => (await run(process.execPath, [`--input-type=${type}`, '-e', text], { cwd: folder })).stdout,
    check: (text) => check(folder, text),
    close: () => rm(folder, { recursive: true }),
  };
}

const COMPILER_OPTIONS = { strict: true, noEmit: true, module: 'node16', target: 'es2021', lib: ['es2021'], types: [] };

async function check(folder: string, text: string): Promise<string> {
  await writeFile(join(folder, 'app.ts'), text);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['app.ts'] }));
  const result = await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]).catch((error: unknown) => error);
  return (result as { readonly stdout: string }).stdout;
}

/** One script with all that an entry requires, minified; modules that `without` matches are left out. */
export async function bundle(input: string, without?: RegExp): Promise<string> {
  const build = await rolldown({ input, platform: 'neutral', external: (id) => without?.test(id) ?? false });
  const { output } = await build.generate({ format: 'iife', name: 'kit', minify: true });
  await build.close();
  return output[0].code;
}
