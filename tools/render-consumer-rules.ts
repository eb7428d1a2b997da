import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-ohos';

const SOURCES = 'client/src/main/ets';

/**
 * What an app's obfuscation has to leave as it is. Names that stand in JSON texts are names of the kit's interfaces and
 * object literals; which of them do is more than anybody keeps track of, so all of them are kept.
 */
export function renderConsumerRules(): string {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.e?ts$/.test(name));
  const names = new Set(files.flatMap((name) => listNames(join(SOURCES, name))));
  return `-keep-property-name\n${[...names].sort().join('\n')}\n`;
}

function listNames(path: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const isNamed =
      ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    if (isNamed && ts.isIdentifier(node.name)) names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2021));
  return names;
}
