/** Names and codes alone: a message may hold what must not stand in a log. */
export function describeError(error: unknown): string {
  const { name, code } = (error ?? {}) as Partial<Error> & { readonly code?: number | string };
  return code === undefined ? `${name}` : `${name} ${code}`;
}
