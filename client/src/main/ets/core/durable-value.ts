import type { Storage } from './ports';

/** Both copies are there and neither can be read: not what a kill can do. */
export class DamagedStorageError extends Error {
  override readonly name = 'DamagedStorageError';
}

/** One value that survives a kill at any moment: after it, the value is the last one written, or the one before. */
export interface DurableValue<Value> {
  /** Undefined: none was ever written. @throws DamagedStorageError */
  get(): Promise<Value | undefined>;
  /** Resolves with the new value once it would survive a kill. Changes are made one after another. */
  update(change: (value: Value | undefined) => Value): Promise<Value>;
}

interface Copy {
  readonly counter: number;
  readonly json: string;
}

/**
 * Keeps the value under two keys in turn, each copy with a counter and a checksum: a write that is torn leaves the
 * other copy, which is the value before. With `whenDamaged` a damaged store starts over with it.
 */
export function createDurableValue<Value>(storage: Storage, name: string, whenDamaged?: Value): DurableValue<Value> {
  let current: Copy | undefined;
  let opened: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function open(): Promise<void> {
    const texts = [await storage.read(`${name}.0`), await storage.read(`${name}.1`)];
    const copies = texts.map(parseCopy);
    if (texts.every(isWritten) && copies.every((copy) => copy === undefined)) {
      if (whenDamaged === undefined) throw new DamagedStorageError(name);
      current = { counter: 0, json: JSON.stringify(whenDamaged) };
    }
    for (const copy of copies) {
      if (copy !== undefined && (current === undefined || copy.counter > current.counter)) current = copy;
    }
  }

  async function get(): Promise<Value | undefined> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    await opened;
    return current === undefined ? undefined : (JSON.parse(current.json) as Value);
  }

  /** Another kit on the same storage may have written since: first of all where this one is about to write. */
  async function catchUp(): Promise<void> {
    for (;;) {
      const counter = current?.counter ?? 0;
      const copy = parseCopy(await storage.read(`${name}.${(counter + 1) % 2}`));
      if (copy === undefined || copy.counter <= counter) return;
      current = copy;
    }
  }

  async function change(apply: (value: Value | undefined) => Value): Promise<Value> {
    await get();
    await catchUp();
    const value = apply(await get());
    const copy = { counter: (current?.counter ?? 0) + 1, json: JSON.stringify(value) };
    // Never over the copy that holds the present value; a write that failed is tried again in its own place.
    await storage.write(`${name}.${copy.counter % 2}`, formatCopy(copy));
    current = copy;
    return value;
  }

  return {
    get: () => last.then(get),
    update(apply) {
      const changed = last.then(() => change(apply));
      last = changed.catch(() => undefined);
      return changed;
    },
  };
}

function isWritten(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function formatCopy({ counter, json }: Copy): string {
  return `${counter}:${checksum(`${counter}:${json}`)}:${json}`;
}

function parseCopy(text: string | undefined): Copy | undefined {
  const match = /^(\d+):(\d+):(.*)$/s.exec(text ?? '');
  if (match === null) return undefined;
  const [, counter = '', sum, json = ''] = match;
  return String(checksum(`${counter}:${json}`)) === sum ? { counter: Number(counter), json } : undefined;
}

/** CRC-32 over UTF-16 code units: against torn writes, not against people. */
function checksum(text: string): number {
  let crc = ~0;
  for (let index = 0; index < text.length; index++) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 16; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
