import { readFileSync } from 'node:fs';
import { DroplessError } from '../domain/errors.js';
import { VARIABLE_NAMES, VARIABLES, type VariableName } from './variables.js';

export type Env = Readonly<Record<string, string | undefined>>;
export type RawValues = Readonly<Partial<Record<VariableName, string>>>;

/**
 * Our variables as strings, with the files behind `_FILE` read (so that secrets can come as container secrets).
 * An empty string counts as unset: that is how a compose file passes on what nobody set.
 * @throws {DroplessError} `CONFIGURATION_INVALID`
 */
export function readEnv(env: Env, names: readonly VariableName[] = VARIABLE_NAMES): RawValues {
  const raw: Partial<Record<VariableName, string>> = {};
  for (const name of names) {
    const value = readVariable(env, name);
    if (value !== undefined) raw[name] = value;
  }
  return raw;
}

/** Names in our space that nothing reads: most often a slip of the pen, so the roots warn of them. */
export function listUnknownVariables(env: Env): string[] {
  const known = new Set<string>(VARIABLE_NAMES.flatMap((name) => (VARIABLES[name].secret ? [name, `${name}_FILE`] : [name])));
  return Object.keys(env).filter((name) => name.startsWith('DROPLESS_') && !known.has(name));
}

function readVariable(env: Env, name: VariableName): string | undefined {
  const value = env[name] === '' ? undefined : env[name];
  const path = VARIABLES[name].secret ? env[`${name}_FILE`] : undefined;
  if (path === undefined || path === '') return value;
  if (value !== undefined) throw new DroplessError('CONFIGURATION_INVALID', { field: `${name} and ${name}_FILE are both set` });
  return readSecretFile(name, path);
}

function readSecretFile(name: VariableName, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new DroplessError('CONFIGURATION_INVALID', { field: `${name}_FILE cannot be read`, cause: error });
  }
}
