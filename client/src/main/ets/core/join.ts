/** Work that is under way is joined by whoever asks for the same, not begun twice at once. */
export type Join<Value> = (key: string, begin: () => Promise<Value>) => Promise<Value>;

export function createJoin<Value>(): Join<Value> {
  const underWay = new Map<string, Promise<Value>>();
  return (key, begin) => {
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    const begun = begin().finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  };
}
