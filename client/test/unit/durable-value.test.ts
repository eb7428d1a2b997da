import { expect, test } from 'vitest';
import { createDurableValue, DamagedStorageError } from '../../src/main/ets/core/durable-value';
import { createMemoryStorage } from '../support/memory-storage';

interface State {
  readonly coins: number;
  readonly orders: readonly string[];
}

test('a write that is torn at any byte leaves the value before, and the next write takes its place', async () => {
  const before = new Map<string, string>();
  const written = createDurableValue<State>(createMemoryStorage(before), 'state');
  for (let coins = 1; coins <= 3; coins++) {
    const old = new Map(before);
    await written.update(() => ({ coins, orders: ['一', 'order-2'] }));
    const [[key, whole] = ['', '']] = [...before].filter(([name, text]) => old.get(name) !== text);
    for (let length = 0; length < whole.length; length++) {
      const torn = new Map(old).set(key, whole.slice(0, length));
      const opened = createDurableValue<State>(createMemoryStorage(torn), 'state');
      expect((await opened.get())?.coins).toBe(coins === 1 ? undefined : coins - 1);
      await opened.update(() => ({ coins: 100, orders: [] }));
      expect((await createDurableValue<State>(createMemoryStorage(torn), 'state').get())?.coins).toBe(100);
    }
  }
});

test('the tail of an older, longer value behind a new one is no value', async () => {
  const values = new Map<string, string>();
  const value = createDurableValue<string>(createMemoryStorage(values), 'state');
  await value.update(() => 'a long value of the first days');
  await value.update(() => 'second');
  const whole = values.get('state.1') ?? '';
  const overwritten = `3:${whole.slice(2)}`;
  values.set('state.1', overwritten);
  expect(await createDurableValue<string>(createMemoryStorage(values), 'state').get()).toBe('second');
});

test('two copies that nobody can read are told, unless the value may start over', async () => {
  const values = new Map([
    ['state.0', 'x'],
    ['state.1', 'y'],
  ]);
  await expect(createDurableValue(createMemoryStorage(values), 'state').get()).rejects.toThrow(DamagedStorageError);
  const started = createDurableValue<number>(createMemoryStorage(values), 'state', 0);
  expect(await started.update((value) => (value ?? -1) + 5)).toBe(5);
  expect(await createDurableValue<number>(createMemoryStorage(values), 'state').get()).toBe(5);
});

test('changes at the same time are made one after another, and a write that fails changes nothing', async () => {
  const values = new Map<string, string>();
  const storage = createMemoryStorage(values);
  let fails = false;
  const value = createDurableValue<number>(
    { read: storage.read, write: (key, text) => (fails ? Promise.reject(new Error('disk full')) : storage.write(key, text)) },
    'count',
  );
  await Promise.all(Array.from({ length: 20 }, () => value.update((count) => (count ?? 0) + 1)));
  expect(await value.get()).toBe(20);
  fails = true;
  await expect(value.update(() => 99)).rejects.toThrow('disk full');
  fails = false;
  expect(await value.get()).toBe(20);
  expect(await value.update((count) => (count ?? 0) + 1)).toBe(21);
});

test('what another kit on the same storage has written meanwhile is not written over', async () => {
  const storage = createMemoryStorage();
  const [one, other] = [createDurableValue<readonly string[]>(storage, 'orders'), createDurableValue<readonly string[]>(storage, 'orders')];
  expect([await one.get(), await other.get()]).toEqual([undefined, undefined]);
  for (const id of ['a', 'b', 'c']) await one.update((orders = []) => [...orders, id]);
  await other.update((orders = []) => [...orders, 'd']);
  expect(await one.update((orders = []) => [...orders, 'e'])).toEqual(['a', 'b', 'c', 'd', 'e']);
});
