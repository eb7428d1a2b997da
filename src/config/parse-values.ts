import { DroplessError } from '../domain/errors.js';
import { type RawValues } from './read-env.js';
import type { Variable } from './variable.js';
import { VARIABLE_NAMES, VARIABLES, type Values, type VariableName } from './variables.js';

/**
 * Strings to values, defaults filled in. All faults are named at once, by variable and by what is expected; never by value.
 * @throws {DroplessError} `CONFIGURATION_INVALID`
 */
export function parseValues<Name extends VariableName = VariableName>(
  raw: RawValues,
  names: readonly Name[] = VARIABLE_NAMES as Name[],
): Pick<Values, Name> {
  const faults: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const name of names) {
    const variable: Variable = VARIABLES[name];
    const value = raw[name] ?? variable.default;
    if (value === undefined) {
      if (variable.required) faults.push(`${name} is not set`);
      continue;
    }
    const parsed = variable.schema.safeParse(value);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name} must be ${variable.unit}`);
  }
  if (faults.length > 0) throw new DroplessError('CONFIGURATION_INVALID', { field: faults.join('; ') });
  return values as Pick<Values, Name>; // The one cast: each value was made by the schema that its type is read from.
}
