import { userInfo } from 'node:os';
import { Client } from '@temporalio/client';
import { loadAdditionalRoots, loadConfig, loadDatabaseConfig } from './config/load-config.js';
import { connectTemporal, installTemporalRuntime } from './fulfilment/purchase-worker.js';
import { openDatabase } from './ledger/database.js';
import type { OperatorDeps, TemporalAccess } from './operator/operator-deps.js';
import { runCli } from './operator/run-cli.js';
import { openRuntime } from './runtime.js';
import { HUAWEI_ROOT_FINGERPRINTS } from './store/index.js';
import { createLogger } from './telemetry/logger.js';

const { env } = process;

const deps: OperatorDeps = {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  userName,
  trustedRoots: () => [...HUAWEI_ROOT_FINGERPRINTS, ...loadAdditionalRoots(env).map(({ sha256 }) => sha256)],
  databaseUrl: () => loadDatabaseConfig(env).url,
  openDatabase: () => openDatabase({ ...loadDatabaseConfig(env), onIdleError: () => undefined }),
  openFulfilment: () => openRuntime(loadConfig(env), { worker: false, logger: installQuietRuntime() }),
  temporal,
};

// A reader that had enough, such as `head`, is no failure of ours.
process.stdout.on('error', () => process.exit());
process.exitCode = await runCli(process.argv.slice(2), deps);

function temporal(): TemporalAccess {
  const { temporal: settings, fulfilment } = loadConfig(env);
  const { connectionOptions, namespace = 'default' } = settings;
  return {
    place: connectionOptions.address ?? 'localhost:7233',
    namespace,
    sweepIntervalMs: fulfilment.restartStrandedIntervalMs,
    async open() {
      installQuietRuntime();
      const connection = await connectTemporal(connectionOptions);
      return { connection, client: new Client({ connection, namespace }) };
    },
  };
}

/** What goes wrong on the way is told by the command's own line; the log has only what that line cannot say. */
function installQuietRuntime() {
  const logger = createLogger({ level: 'error', destination: process.stderr });
  installTemporalRuntime(logger);
  return logger;
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
