import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { OrderFile } from './order-book.js';
import type { Order } from './purchase-order.js';

/** The order book as JSON, for its owner alone: it holds purchase tokens. A rename puts each new text in place, so that a kill never leaves half of one. */
export function createOrderFile(path: string): OrderFile {
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Order[]) : []),
    write(orders) {
      const next = `${path}.next`;
      writeFileSync(next, JSON.stringify(orders), { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
