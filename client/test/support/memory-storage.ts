import type { Storage } from '../../src/main/ets/core/ports';

/** The device's disk: survives every life of the app. */
export function createMemoryStorage(values = new Map<string, string>()): Storage {
  return {
    read: async (key) => values.get(key),
    write: async (key, value) => void values.set(key, value),
  };
}
