import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DroplessError } from '../domain/errors.js';
import type {
  AdditionalRoot,
  ApiConfig,
  Config,
  DatabaseConfig,
  EngineConfig,
  FulfilmentConfig,
  SecretsConfig,
  TelemetryConfig,
} from './config.js';
import { parseValues } from './parse-values.js';
import { listUnknownVariables, readEnv, type Env } from './read-env.js';
import type { NamedRoot } from './schemas.js';
import type { Values } from './variables.js';

/**
 * The whole configuration, for a process that works on purchases.
 * @throws {DroplessError} `CONFIGURATION_INVALID`, naming each variable at fault.
 */
export function loadConfig(env: Env): Config {
  const values = parseValues(readEnv(env));
  return {
    deployment: values.DROPLESS_DEPLOYMENT,
    database: { ...toDatabase(values), listenUrl: toListenUrl(values), durability: toDurability(values) },
    secrets: toSecrets(values),
    additionalRoots: readRoots(values.DROPLESS_ADDITIONAL_ROOTS),
    revocationPolicy: values.DROPLESS_CRL_POLICY,
    catalogueFile: values.DROPLESS_CATALOGUE_FILE,
    api: toApi(values),
    engine: toEngine(values),
    temporal: loadClientConnectConfig({ overrideEnvVars: toSetVariables(env) }),
    fulfilment: toFulfilment(values),
    telemetry: toTelemetry(values, env),
    shutdownGraceMs: values.DROPLESS_SHUTDOWN_GRACE_MS,
    unknownVariables: listUnknownVariables(env),
  };
}

/** For what needs the database and no secret of ours: `dropless migrate`, `dropless catalogue apply`, and their like. */
export function loadDatabaseConfig(env: Env): DatabaseConfig {
  const names = ['DROPLESS_DATABASE_URL', 'DROPLESS_DATABASE_POOL_SIZE_MAX'] as const;
  return toDatabase(parseValues(readEnv(env, names), names));
}

/** For `dropless verify`, which needs neither a database nor a key. */
export function loadAdditionalRoots(env: Env): readonly AdditionalRoot[] {
  const names = ['DROPLESS_ADDITIONAL_ROOTS'] as const;
  return readRoots(parseValues(readEnv(env, names), names).DROPLESS_ADDITIONAL_ROOTS);
}

function toSetVariables(env: Env): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const toDatabase = (values: Pick<Values, 'DROPLESS_DATABASE_URL' | 'DROPLESS_DATABASE_POOL_SIZE_MAX'>): DatabaseConfig => ({
  url: values.DROPLESS_DATABASE_URL,
  poolSizeMax: values.DROPLESS_DATABASE_POOL_SIZE_MAX,
});

function toListenUrl(values: Values): string | undefined {
  return values.DROPLESS_NOTIFY ? (values.DROPLESS_DATABASE_LISTEN_URL ?? values.DROPLESS_DATABASE_URL) : undefined;
}

function toDurability(values: Values): Config['database']['durability'] {
  const assumed = values.DROPLESS_DEPLOYMENT === 'production' ? 'synchronous-standby' : 'single-node-acknowledged';
  return values.DROPLESS_DURABILITY ?? assumed;
}

const toSecrets = (values: Values): SecretsConfig => ({
  evidenceKeys: values.DROPLESS_EVIDENCE_KEYS,
  intentKey: values.DROPLESS_INTENT_KEY,
});

const toApi = (values: Values): ApiConfig => ({
  host: values.DROPLESS_HOST,
  port: values.DROPLESS_PORT,
  tokenIssuersFile: values.DROPLESS_TOKEN_ISSUERS_FILE,
  bodyBytesMax: values.DROPLESS_BODY_BYTES_MAX,
  rateLimitPerMinute: values.DROPLESS_RATE_LIMIT_PER_MINUTE,
  badCredentialsPerMinute: values.DROPLESS_BAD_CREDENTIALS_PER_MINUTE,
  inFlightMax: values.DROPLESS_IN_FLIGHT_MAX,
});

const toEngine = (values: Values): EngineConfig => ({
  startDeadlineMs: values.DROPLESS_START_DEADLINE_MS,
  serverRunsWorker: values.DROPLESS_WORKER,
  taskSlotsMax: values.DROPLESS_TASK_SLOTS_MAX,
  stickyCacheMax: values.DROPLESS_STICKY_CACHE_MAX,
});

const toFulfilment = (values: Values): FulfilmentConfig => ({
  grantWaitMs: values.DROPLESS_GRANT_WAIT_MS,
  waitingCallersMax: values.DROPLESS_WAITING_CALLERS_MAX,
  acknowledgementWindowMs: values.DROPLESS_ACKNOWLEDGEMENT_WINDOW_MS,
  finishWindowDays: values.DROPLESS_FINISH_WINDOW_DAYS,
  strandedAfterMs: values.DROPLESS_STRANDED_AFTER_MS,
  restartStrandedIntervalMs: values.DROPLESS_RESTART_STRANDED_INTERVAL_MS,
});

const toTelemetry = (values: Values, env: Env): TelemetryConfig => ({
  logLevel: values.DROPLESS_LOG_LEVEL,
  metricsHost: values.DROPLESS_METRICS_HOST,
  metricsPort: values.DROPLESS_METRICS_PORT,
  traces: isTracingAsked(env),
});

/** By OpenTelemetry's own variables, so that it is switched on here as everywhere. */
function isTracingAsked(env: Env): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return Boolean(endpoint) && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true';
}

const readRoots = (roots: readonly NamedRoot[] = []): AdditionalRoot[] => roots.map(readRoot);

/** The name is the proof: a file that was exchanged for another certificate is refused, not trusted. */
function readRoot({ sha256, path }: NamedRoot): AdditionalRoot {
  const refuse = (why: string, cause?: unknown) =>
    new DroplessError('CONFIGURATION_INVALID', { field: `DROPLESS_ADDITIONAL_ROOTS: ${path} ${why}`, cause });
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(readFileSync(path));
  } catch (error) {
    throw refuse('cannot be read as a certificate', error);
  }
  const found = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  if (found !== sha256) throw refuse('does not have the fingerprint it is named by');
  return { sha256, pem: certificate.toString() };
}
