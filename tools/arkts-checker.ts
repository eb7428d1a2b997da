import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript-ohos';

/** One thing that OpenHarmony's compiler or its ArkTS 1.1 rules object to. Warnings are among them. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  /** The rule's name (`arkts-no-any-unknown`), or the compiler's number (`TS2322`). */
  readonly rule: string;
  readonly message: string;
}

/** Each package's entry file, without its extension. */
type Packages = Readonly<Record<string, string>>;

const require = createRequire(import.meta.url);
const DECLARATIONS = dirname(require.resolve('@arkts/declarations/dist/global.d.ts'));
const EXTENSIONS = ['.d.ts', '.d.ets', '.ets', '.ts'];

/**
 * `.ets` files, and the `.ts` files that they import, against OpenHarmony's declarations and our own in `typesFolder`. The
 * linter's mode drops what is wrong inside a declaration file, where a broken import turns into `any` without a word: see
 * `checkDeclarations`.
 */
export function checkArkTs(files: readonly string[], typesFolder: string, packages: Packages = {}): readonly Finding[] {
  const options: ts.CompilerOptions = {
    ...OPTIONS,
    skipLibCheck: true,
    needDoArkTsLinter: true,
    packageManagerType: 'ohpm',
    compatibleSdkVersion: 12,
    compatibleSdkVersionStage: 'beta3',
    // Any place three folders deep: the linter takes the SDK's root from it, and there is no SDK.
    etsLoaderPath: join(DECLARATIONS, 'no', 'sdk', 'here'),
  };
  const builder = ts.createIncrementalProgramForArkTs({
    rootNames: [...files, GLOBALS].map((file) => resolve(file)),
    options,
    host: createHost(options, typesFolder, packages),
  });
  const linted = ts.ArkTSLinter_1_1.runArkTSLinter(builder, undefined, undefined, 'ArkTS_1_1');
  return toFindings([...listDiagnostics(builder), ...linted], DECLARATIONS);
}

/** Our own declaration files, each word of them, without the linter. */
export function checkDeclarations(files: readonly string[], typesFolder: string): readonly Finding[] {
  const options: ts.CompilerOptions = { ...OPTIONS, skipLibCheck: false };
  const builder = ts.createIncrementalProgram({
    rootNames: [...files, GLOBALS].map((file) => resolve(file)),
    options,
    host: createHost(options, typesFolder, {}),
  });
  return toFindings(listDiagnostics(builder), DECLARATIONS);
}

const GLOBALS = join(DECLARATIONS, 'global.d.ts');

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2021,
  module: ts.ModuleKind.ES2020,
  moduleResolution: ts.ModuleResolutionKind.NodeJs,
  lib: ['lib.es2021.d.ts'],
  types: [],
};

function createHost(options: ts.CompilerOptions, typesFolder: string, packages: Packages): ts.CompilerHost {
  const host = ts.createIncrementalCompilerHost(options);
  const folders = [resolve(typesFolder), ...['kits', 'api', 'arkts'].map((folder) => join(DECLARATIONS, folder))];
  const findBases = (name: string, importer: string): readonly string[] => {
    const entry = packages[name];
    if (entry !== undefined) return [resolve(entry)];
    return name.startsWith('.') ? [resolve(dirname(importer), name)] : folders.map((folder) => join(folder, name));
  };
  host.resolveModuleNames = (names, importer) =>
    names.map((name) => {
      const candidates = findBases(name, importer).flatMap((base) =>
        EXTENSIONS.map((extension) => ({ resolvedFileName: base + extension, extension })),
      );
      return candidates.find(({ resolvedFileName }) => host.fileExists(resolvedFileName)) as ts.ResolvedModuleFull | undefined;
    });
  return host;
}

function listDiagnostics(builder: ts.EmitAndSemanticDiagnosticsBuilderProgram): readonly ts.Diagnostic[] {
  return [
    ...builder.getOptionsDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSourceFiles().flatMap((file) => [...builder.getSyntacticDiagnostics(file), ...builder.getSemanticDiagnostics(file)]),
  ];
}

/** What is wrong inside others' declarations is not ours to mend. */
function toFindings(diagnostics: readonly ts.Diagnostic[], others: string): readonly Finding[] {
  const findings = diagnostics
    .filter(({ file }) => file === undefined || !resolve(file.fileName).startsWith(others + sep))
    .map(toFinding)
    .map((finding) => [JSON.stringify(finding), finding] as const);
  return [...new Map(findings).values()];
}

function toFinding({ file, start = 0, messageText, code }: ts.Diagnostic): Finding {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  const rule = /\((arkts-[a-z0-9-]+)\)/.exec(message)?.[1] ?? `TS${code}`;
  if (file === undefined) return { file: '', line: 0, rule, message };
  return { file: relative('.', file.fileName), line: file.getLineAndCharacterOfPosition(start).line + 1, rule, message };
}
