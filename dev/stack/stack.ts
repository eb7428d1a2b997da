import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import type { Log } from './child-process.js';
import { findDataDir } from './data-dir.js';
import { findOrCreateDemoKey } from './demo-key.js';
import { writeEnvFile } from './env-file.js';
import { openPostgres } from './postgres.js';
import { rememberPorts, type Ports } from './remembered-ports.js';
import { openServerProcess, type ServerProcess } from './server-process.js';
import { loadStackSettings, type StackSettings } from './settings.js';
import { findTemporal } from './temporal-binary.js';
import { openTemporal, type Temporal } from './temporal.js';
import { openStoreServer } from '../store/http.js';
import { createOrderFile } from '../store/order-file.js';
import { createStore, type Store } from '../store/store.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { openDatabase, type Database } from '../../src/ledger/database.js';
import { migrate } from '../../src/ledger/migrate.js';
import { PROJECT_DIR } from './project-dir.js';

/** The one that a development server of Temporal comes with. */
const NAMESPACE = 'default';

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
  /** What the server was started with, … */
  readonly env: Readonly<Record<string, string>>;
  /** … and the file in which a shell finds it. */
  readonly envFile: string;
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
    const dataDir = await findDataDir();
    const settings = await loadStackSettings(dataDir);
    const ground = {
      dataDir,
      ports: await rememberPorts(dataDir),
      say,
      log,
      onClose: (end: () => Promise<void>) => void closing.push(end),
    };
    return { ...(await openParts(ground, settings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What every part stands on. */
interface Ground extends StackOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  onClose(end: () => Promise<void>): void;
}

async function openParts(ground: Ground, settings: StackSettings): Promise<Omit<Stack, 'close'>> {
  const { dataDir, ports, say, log, onClose } = ground;
  const [databaseUrl, temporal] = await Promise.all([openLedger(ground), openEngine(ground)]);
  const orderFile = createOrderFile(join(dataDir, 'store-orders.json'));
  const store = createStore({ pki: settings.pki, clock: () => new Date(), orderFile });
  const storeServer = await openStoreServer(store, ports.store);
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
    TEMPORAL_NAMESPACE: NAMESPACE,
  };
  const envFile = join(dataDir, 'env');
  writeEnvFile(envFile, env);
  const server = await openServerProcess({ program: 'dist/src/server.js', env, port: ports.api, log });
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
    apiKey: await findOrCreateDemoKey(dataDir, db),
    env,
    envFile,
    temporal: temporal.control,
  };
}

async function openLedger(ground: Ground): Promise<string> {
  const url = process.env['DROPLESS_DATABASE_URL'] ?? (await startPostgres(ground));
  await migrate(url);
  ground.say(`PostgreSQL        127.0.0.1:${new URL(url).port}`);
  return url;
}

async function startPostgres({ dataDir, ports, log, onClose }: Ground): Promise<string> {
  const postgres = await openPostgres({ dataDir: join(dataDir, 'postgres'), port: ports.postgres, log });
  onClose(() => postgres.stop());
  return postgres.url;
}

interface Engine {
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly control: Stack['temporal'];
}

async function openEngine(ground: Ground): Promise<Engine> {
  const { say } = ground;
  const found = await findTemporal(say);
  const engine = 'address' in found ? { ...found, uiUrl: undefined, control: undefined } : await startTemporal(found.binary, ground);
  const connection = await NativeConnection.connect({ address: engine.address });
  await registerSearchAttributes(connection, NAMESPACE);
  await connection.close();
  say(`Temporal          ${engine.address}${engine.uiUrl === undefined ? '' : `, UI ${engine.uiUrl}`}`);
  return engine;
}

async function startTemporal(binary: string, { dataDir, ports, log, onClose }: Ground): Promise<Engine> {
  const options = {
    binary,
    dbFile: join(dataDir, 'temporal.db'),
    port: ports.temporal,
    uiPort: ports.temporalUi,
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
