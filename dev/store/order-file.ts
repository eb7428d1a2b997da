import { existsSync, readFileSync } from 'node:fs';
import type { OrderFile } from './order-book.js';
import type { Order } from './purchase-order.js';
import { writeWhole } from './write-whole.js';

/** The order book as JSON, for its owner alone: it holds purchase tokens. */
export function createOrderFile(path: string): OrderFile {
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Order[]) : []),
    write: (orders) => writeWhole(path, JSON.stringify(orders)),
  };
}
