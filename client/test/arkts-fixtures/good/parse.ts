// Plain TypeScript may do what ArkTS may not.
export function parse(text: string): any {
  return JSON.parse(text);
}
