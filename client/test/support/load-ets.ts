import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runInThisContext } from 'node:vm';
import ts from 'typescript-ohos';

type Module = Record<string, unknown>;
type Run = (exports: Module, require: (name: string) => Module) => void;

/**
 * One of the kit's ArkTS files as JavaScript, with fakes for the device's `@kit.*` modules. The core files that it imports
 * are the very ones that the other tests import.
 */
export async function loadEts<Exports>(path: string, kits: Readonly<Record<string, object>>): Promise<Exports> {
  return (await load(resolve(path), kits)) as Exports;
}

async function load(path: string, kits: Readonly<Record<string, object>>): Promise<Module> {
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.CommonJS },
  });
  const imported = new Map<string, Module>();
  for (const [, name] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
    if (name !== undefined) imported.set(name, await find(name, dirname(path), kits));
  }
  const exports: Module = {};
  const run = runInThisContext(`(exports, require) => {${outputText}\n}`, path) as Run;
  run(exports, (name) => imported.get(name) as Module);
  return exports;
}

async function find(name: string, folder: string, kits: Readonly<Record<string, object>>): Promise<Module> {
  const kit = kits[name];
  if (kit !== undefined) return kit as Module;
  if (!name.startsWith('.')) throw new TypeError(`No fake was given for ${name}`);
  const path = resolve(folder, name);
  return existsSync(`${path}.ets`) ? load(`${path}.ets`, kits) : ((await import(`${path}.ts`)) as Module);
}
