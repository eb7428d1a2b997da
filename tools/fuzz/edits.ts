import fc from 'fast-check';

/** One change of some bytes, wherever it falls. */
export interface Edit {
  readonly kind: 'flip' | 'set' | 'insert' | 'cut' | 'repeat' | 'move';
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

const EDIT: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'cut', 'repeat', 'move'),
  at: fc.nat(),
  length: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.integer({ min: 1, max: 2000 })),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('.=+/-_"{}[]\\ \t\n\0'))),
});

/** A few at once: one alone is often caught by the first check. */
export const EDITS = fc.array(EDIT, { minLength: 1, maxLength: 4 });

export function applyEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce(applyEdit, bytes);
}

type Change = (parts: { readonly before: Buffer; readonly chosen: Buffer; readonly after: Buffer; readonly edit: Edit }) => Uint8Array[];

const CHANGES: Readonly<Record<Edit['kind'], Change>> = {
  flip: ({ before, chosen, after, edit }) => [
    before,
    chosen.map((byte, index) => (index === 0 ? byte ^ (1 << (edit.byte % 8)) : byte)),
    after,
  ],
  set: ({ before, chosen, after, edit }) => [before, chosen.map((byte, index) => (index === 0 ? edit.byte : byte)), after],
  insert: ({ before, chosen, after, edit }) => [before, Buffer.alloc(Math.min(edit.length, 64), edit.byte), chosen, after],
  cut: ({ before, after }) => [before, after],
  repeat: ({ before, chosen, after }) => [before, chosen, chosen, after],
  move: ({ before, chosen, after }) => [before, after, chosen],
};

function applyEdit(bytes: Buffer, edit: Edit): Buffer {
  const from = edit.at % (bytes.length + 1);
  const to = from + edit.length;
  const parts = { before: bytes.subarray(0, from), chosen: bytes.subarray(from, to), after: bytes.subarray(to) };
  return Buffer.concat(CHANGES[edit.kind]({ ...parts, edit }));
}
