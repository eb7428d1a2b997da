import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import type { Log } from './child-process.js';
import { findDataDir } from './data-dir.js';
import { findFreePort } from './free-port.js';
import { openPostgres } from './postgres.js';
import { openServerProcess, type ServerProcess } from './server-process.js';
import { loadStackSettings } from './settings.js';
import { findTemporal } from './temporal-binary.js';
import { openTemporal, type Temporal } from './temporal.js';
import { openStoreServer } from '../store/http.js';
import { createStore, type Store } from '../store/store.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { createApiKey } from '../../src/ledger/api-keys.js';
import { openDatabase, type Database } from '../../src/ledger/database.js';
import { migrate } from '../../src/ledger/migrate.js';
import { PROJECT_DIR } from './project-dir.js';

/** Everything of dropless on this machine: database, engine, a store to buy from, and the server. */
export interface Stack {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly store: Store;
  readonly storeUrl: string;
  readonly server: ServerProcess;
  /** A game server's key. */
  readonly apiKey: string;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined when Temporal was there before us: then it is not ours to stop. */
  readonly temporal: { kill(): Promise<void>; restart(): Promise<void> } | undefined;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly say: (line: string) => void;
  readonly log: Log;
}

/** Opens the parts in the order in which they need each other; closes what is open when one fails. */
export async function openStack({ say, log }: StackOptions): Promise<Stack> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await openParts(say, log, (end) => void closing.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (end: () => Promise<void>) => void;

async function openParts(say: (line: string) => void, log: Log, onClose: OnClose): Promise<Omit<Stack, 'close'>> {
  const dataDir = await findDataDir();
  const settings = await loadStackSettings(dataDir);
  const [databaseUrl, temporal] = await Promise.all([openLedger(dataDir, say, log, onClose), openEngine(dataDir, say, log, onClose)]);
  const store = createStore({ pki: settings.pki, clock: () => new Date() });
  const storeServer = await openStoreServer(store);
  onClose(() => storeServer.close());
  say(`store simulator   ${storeServer.url}`);
  const db = openDatabase({ url: databaseUrl, poolSizeMax: 4, onIdleError: () => undefined });
  onClose(() => db.close());
  const env = {
    DROPLESS_DEPLOYMENT: 'development',
    DROPLESS_DATABASE_URL: databaseUrl,
    DROPLESS_EVIDENCE_KEYS: settings.evidenceKeys,
    DROPLESS_INTENT_KEY: settings.intentKey,
    DROPLESS_ADDITIONAL_ROOTS: `${settings.pki.rootFingerprint}:${settings.rootFile}`,
    DROPLESS_CATALOGUE_FILE: join(PROJECT_DIR, 'dev/catalogue.json'),
    DROPLESS_RESTART_STRANDED_INTERVAL_MS: '2000',
    DROPLESS_STRANDED_AFTER_MS: '2000',
    TEMPORAL_ADDRESS: temporal.address,
  };
  const server = await openServerProcess({ program: 'dist/src/server.js', env, port: await findFreePort(), log });
  onClose(() => server.stop());
  say(`API and worker    ${server.url}`);
  return {
    db,
    databaseUrl,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    store,
    storeUrl: storeServer.url,
    server,
    apiKey: await createApiKey(db, { environment: 'production', realm: 'game' }),
    env,
    temporal: temporal.control,
  };
}

async function openLedger(dataDir: string, say: (line: string) => void, log: Log, onClose: OnClose): Promise<string> {
  const url = process.env['DROPLESS_DATABASE_URL'] ?? (await startPostgres(dataDir, log, onClose));
  await migrate(url);
  say(`PostgreSQL        127.0.0.1:${new URL(url).port}`);
  return url;
}

async function startPostgres(dataDir: string, log: Log, onClose: OnClose): Promise<string> {
  const postgres = await openPostgres({ dataDir: join(dataDir, 'postgres'), log });
  onClose(() => postgres.stop());
  return postgres.url;
}

interface Engine {
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly control: Stack['temporal'];
}

async function openEngine(dataDir: string, say: (line: string) => void, log: Log, onClose: OnClose): Promise<Engine> {
  const found = await findTemporal(say);
  const engine =
    'address' in found ? { ...found, uiUrl: undefined, control: undefined } : await startTemporal(found.binary, dataDir, log, onClose);
  const connection = await NativeConnection.connect({ address: engine.address });
  await registerSearchAttributes(connection, 'default');
  await connection.close();
  say(`Temporal          ${engine.address}${engine.uiUrl === undefined ? '' : `, UI ${engine.uiUrl}`}`);
  return engine;
}

async function startTemporal(binary: string, dataDir: string, log: Log, onClose: OnClose): Promise<Engine> {
  const options = {
    binary,
    dbFile: join(dataDir, 'temporal.db'),
    port: await findFreePort(),
    uiPort: await findFreePort(),
    // The demo lets months pass in a moment.
    dynamicConfig: ['frontend.WorkflowTimeSkippingEnabled=true'],
    log,
  };
  let running: Temporal = await openTemporal(options);
  onClose(() => running.stop());
  const control = {
    kill: () => running.kill(),
    restart: async () => {
      running = await openTemporal(options);
    },
  };
  return { address: running.address, uiUrl: running.uiUrl, control };
}
