import type { ApiAnswer } from './player.js';

/** A story that goes otherwise than told ends the demo with an exit code. */
export function expectOf(answer: ApiAnswer, expected: { readonly status: number; readonly code?: string; readonly state?: string }): void {
  const { status, body } = answer;
  const wrong =
    status !== expected.status ||
    (expected.code !== undefined && body.code !== expected.code) ||
    (expected.state !== undefined && body.state !== expected.state);
  if (wrong) {
    throw new Error(`expected ${JSON.stringify(expected)}, got ${status} ${body.code ?? body.state ?? ''}`);
  }
}
