import type { OperatorDeps, Shell } from './operator-deps.js';

export function createShell(deps: OperatorDeps, exitWith: (status: number) => void): Shell {
  const print = (lines: readonly string[]) => deps.writeOut(lines.map((line) => `${toPlainLine(line)}\n`).join(''));
  return { ...deps, print, printJson: (value) => print(toJson(value).split('\n')), exitWith };
}

/** Evidence and reasons are other people's words: what would steer a terminal is taken out of them. */
export function toPlainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}

/** Amounts and account numbers as text: as JSON numbers they would lose digits. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each), 2);
}
