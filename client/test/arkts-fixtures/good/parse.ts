// Plain TypeScript may do what ArkTS may not.
export function parse(text: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(text);
}
