import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort, isFreePort } from './free-port.js';
import { writeWhole } from '../store/write-whole.js';

const PARTS = ['api', 'store', 'postgres', 'temporal', 'temporalUi'] as const;

export type Ports = Readonly<Record<(typeof PARTS)[number], number>>;

/** The ports of the start before, so that addresses that somebody copied stay good; another where one is taken by now. */
export async function rememberPorts(dataDir: string): Promise<Ports> {
  const file = join(dataDir, 'ports.json');
  const remembered = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Partial<Ports>) : {};
  const ports = new Map<string, number>();
  for (const part of PARTS) {
    const port = remembered[part];
    const isGood = port !== undefined && (await isFreePort(port));
    ports.set(part, isGood ? port : await findPortBeside([...ports.values(), ...Object.values(remembered)]));
  }
  const found = Object.fromEntries(ports) as Ports;
  writeWhole(file, JSON.stringify(found));
  return found;
}

/** Nobody listens on the others yet, so that they look free. */
async function findPortBeside(others: readonly number[]): Promise<number> {
  const port = await findFreePort();
  return others.includes(port) ? findPortBeside(others) : port;
}
