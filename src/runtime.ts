import { readFileSync } from 'node:fs';
import { createActivities, type Activities } from './activities/create-activities.js';
import type { Config } from './config/config.js';
import type { Catalogue } from './domain/catalogue.js';
import { DroplessError } from './domain/errors.js';
import { openCatalogueSource, type CatalogueSource } from './fulfilment/catalogue-source.js';
import { createFulfilment, type Fulfilment } from './fulfilment/create-fulfilment.js';
import { createEngine, type StartOutcome } from './fulfilment/engine.js';
import { toEngineTrouble } from './fulfilment/engine-trouble.js';
import { connectTemporal, createPurchaseWorker } from './fulfilment/purchase-worker.js';
import { ensureRunning } from './fulfilment/recover.js';
import { ensureSchedules } from './fulfilment/set-up.js';
import { openTemporalLink, type TemporalLink } from './fulfilment/temporal-link.js';
import { checkDurability } from './ledger/durability.js';
import { openDatabase, type Database } from './ledger/database.js';
import { createEvidenceCipher } from './ledger/evidence-cipher.js';
import { listKeyIdsInUse } from './ledger/evidence.js';
import { checkSchema } from './ledger/migrate.js';
import { openReadiness } from './ledger/readiness.js';
import { openLedgerWatch } from './ledger/watch.js';
import { startMeasuring } from './measure.js';
import { type DownloadOptions } from './revocation/download.js';
import { openListSource, type ListSource } from './revocation/list-source.js';
import { keepListsFresh } from './revocation/refresh-lists.js';
import { createVerifier, HUAWEI_ROOT_FINGERPRINTS, isPathGood, type Verifier } from './store/index.js';
import { createAlarm, type Alarm } from './telemetry/alarm.js';
import type { Logger } from './telemetry/logger.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';
import type { Tracing } from './telemetry/tracing.js';
import { watchPaths } from './telemetry/watch-paths.js';

const DAY_MS = 86_400_000;

export interface RuntimeOptions {
  /** Whether this process works on purchases; the worker shares the connection, so that starts are eager. */
  readonly worker: boolean;
  readonly logger: Logger;
  /** For tests: the clock that fresh evidence is judged by, and processes that die at a chosen step. */
  readonly now?: () => Date;
  readonly wrapActivities?: (activities: Activities) => Activities;
  readonly workflowBundle?: string;
  /** For tests: where revocation lists may be fetched from, and in what time. */
  readonly listDownload?: DownloadOptions;
}

/** Everything that a process of dropless works with. */
export interface Runtime {
  readonly fulfilment: Fulfilment;
  readonly db: Database;
  readonly catalogue: () => Catalogue;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly alarm: Alarm;
  /** @throws {DroplessError} `LEDGER_UNAVAILABLE`, `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW` */
  readonly checkReady: () => Promise<void>;
  readonly engineUp: () => boolean;
  readonly waitingCallers: () => number;
  close(): Promise<void>;
}

/**
 * Opens the ledger, and Temporal in the background: a process serves with PostgreSQL alone.
 * @throws {DroplessError} `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW`, `DURABILITY_NOT_PROMISED`, `EVIDENCE_KEY_MISSING`,
 *   `CATALOGUE_INVALID`, `LEDGER_UNAVAILABLE`: a process that cannot keep the promises does not start
 */
export async function openRuntime(config: Config, options: RuntimeOptions): Promise<Runtime> {
  const { logger } = options;
  const metrics = createMetrics();
  const alarm = createAlarm({ logger, metrics });
  const { unknownVariables } = config;
  if (unknownVariables.length > 0) logger.warn({ unknownVariables }, 'nothing reads these variables: a slip of the pen?');
  const logError = (error: unknown) => logger.warn({ error }, 'a background task failed and goes on');
  const db = openDatabase({ ...config.database, onIdleError: logError });
  try {
    const catalogue = await openLedger(db, config, logError);
    const listSource = await openListSource({ db, onError: logError });
    const tracing = await openTracing(config, logError);
    return openEngine({ config, options, logger, metrics, alarm, db, catalogue, listSource, logError, tracing });
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Loaded only where it is asked for: the SDK costs memory and time. */
async function openTracing({ telemetry }: Config, onError: (error: unknown) => void): Promise<Tracing | undefined> {
  if (!telemetry.traces) return undefined;
  const tracing = await import('./telemetry/tracing.js');
  return tracing.openTracing({ onError });
}

async function openLedger(db: Database, config: Config, onError: (error: unknown) => void) {
  await checkSchema(db);
  await checkDurability(db, config.database.durability);
  const missing = (await listKeyIdsInUse(db)).find((keyId) => !config.secrets.evidenceKeys.has(keyId));
  if (missing !== undefined) throw new DroplessError('EVIDENCE_KEY_MISSING', { field: missing });
  const initial: unknown = config.catalogueFile === undefined ? undefined : readCatalogueFile(config.catalogueFile);
  return openCatalogueSource({ db, initial, onError });
}

interface Parts {
  readonly config: Config;
  readonly options: RuntimeOptions;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly alarm: Alarm;
  readonly db: Database;
  readonly catalogue: CatalogueSource;
  readonly listSource: ListSource;
  readonly logError: (error: unknown) => void;
  readonly tracing: Tracing | undefined;
}

function openEngine(parts: Parts): Runtime {
  const { config, logger, metrics, alarm, db, catalogue, listSource, logError, tracing } = parts;
  const watch = openLedgerWatch({ db, listenUrl: config.database.listenUrl, onError: logError });
  const client = () => link.client();
  const engine = createEngine({ client, deadlineMs: config.engine.startDeadlineMs, onTrouble: toTroubleReport(parts) });
  const shared = { db, catalogue: catalogue.current, engine, watch, alarm, ...createEvidenceTools(parts) };
  const fulfilment = createFulfilment({
    ...shared,
    ...config.fulfilment,
    verifier: toWatched(shared.verifier, parts),
    now: parts.options.now ?? (() => new Date()),
    intentKey: config.secrets.intentKey,
  });
  const activities = createActivities({
    ...shared,
    ...config.fulfilment,
    changed: watch.changed,
    findLists: listSource.find,
    startFulfilment: (open) => ensureRunning(shared, open),
    rejudgeQuarantine: () => fulfilment.rejudgeQuarantine(),
    logFailure: (failure) => logger.warn(failure, 'a step failed'),
    finishWindowMs: config.fulfilment.finishWindowDays * DAY_MS,
  });
  const readiness = openReadiness({ url: config.database.url, onIdleError: logError });
  const link: TemporalLink = openLink(parts, activities, fulfilment);
  const stopFetching = startFetching(parts);
  const stopMeasuring = startMeasuring({ db, metrics, waitingCallers: fulfilment.waitingCallers, onError: logError });
  return {
    fulfilment: tracing === undefined ? fulfilment : toTraced(fulfilment, tracing),
    db,
    catalogue: catalogue.current,
    logger,
    metrics,
    alarm,
    checkReady: readiness.check,
    engineUp: () => client() !== undefined,
    waitingCallers: fulfilment.waitingCallers,
    async close() {
      stopMeasuring();
      stopFetching();
      await link.close();
      catalogue.close();
      listSource.close();
      await watch.close();
      await readiness.close();
      await db.close();
      await tracing?.close();
    },
  };
}

/** The submission is the root of a purchase's trace: start, run and steps are its children. */
const toTraced = (fulfilment: Fulfilment, { trace }: Tracing): Fulfilment => ({
  ...fulfilment,
  submit: (submission) => trace('submit', () => fulfilment.submit(submission)),
});

/** The verifier trusts Huawei's pinned root, and what the configuration names by file and fingerprint. */
function createEvidenceTools({ config: { additionalRoots, secrets, revocationPolicy: policy }, listSource }: Parts) {
  const trustedRoots = [...HUAWEI_ROOT_FINGERPRINTS, ...additionalRoots.map((root) => root.sha256)];
  const revocation = { policy, lists: listSource.lists, onPath: listSource.remember };
  return { verifier: createVerifier({ trustedRoots, revocation }), cipher: createEvidenceCipher(secrets.evidenceKeys) };
}

/** Where a worker runs, and never in the path of a request. */
function startFetching({ config, options, db, alarm, logError }: Parts): () => void {
  if (!options.worker || config.revocationPolicy === 'off') return () => undefined;
  return keepListsFresh({ db, alarm, now: () => new Date(), download: options.listDownload }, logError);
}

/** Fresh evidence alone: what is stored has been found good before. */
function toWatched({ verify }: Verifier, parts: Parts): Pick<Verifier, 'verify'> {
  const record = watchPaths(parts);
  return {
    async verify(evidence, at) {
      const verification = await verify(evidence, at);
      const isGood = isPathGood(verification.checks);
      if (isGood !== undefined) record(isGood);
      return verification;
    },
  };
}

function toTroubleReport({ metrics, alarm }: Parts) {
  return (trouble: StartOutcome, error: unknown): void => {
    metrics.engineStartFailures.inc({ reason: trouble });
    if (trouble === 'misconfigured') alarm('ENGINE_MISCONFIGURED', { error });
  };
}

function openLink({ config, options, metrics, alarm, logError, tracing }: Parts, steps: Activities, fulfilment: Fulfilment): TemporalLink {
  const { connectionOptions, namespace = 'default' } = config.temporal;
  const { taskSlotsMax, stickyCacheMax } = config.engine;
  const activities = options.wrapActivities?.(steps) ?? steps;
  const { shutdownGraceMs } = config;
  const worker = {
    namespace,
    activities,
    taskSlotsMax,
    stickyCacheMax,
    shutdownGraceMs,
    workflowBundle: options.workflowBundle,
    tracing: tracing?.plugin,
  };
  return openTemporalLink({
    namespace,
    tracing: tracing?.plugin,
    connect: () => connectTemporal(connectionOptions),
    createWorker: options.worker ? (connection) => createPurchaseWorker({ connection, ...worker }) : undefined,
    maintain: async (client) => {
      // A schedule that was not there: the engine is new, or has lost what it knew.
      const missing = options.worker && (await ensureSchedules(client, config.fulfilment.restartStrandedIntervalMs));
      if (missing) await fulfilment.recover();
    },
    onUp: (up) => metrics.engineUp.set(up ? 1 : 0),
    onError: (error) => {
      if (toEngineTrouble(error) === 'misconfigured') alarm('ENGINE_MISCONFIGURED', { error });
      else logError(error);
    },
  });
}

function readCatalogueFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DroplessError('CATALOGUE_INVALID', { field: `${path} cannot be read as JSON`, cause: error });
  }
}
