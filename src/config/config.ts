import type { ClientConnectConfig } from '@temporalio/envconfig';

/** A certificate that is trusted beside Huawei's pinned root. */
export interface AdditionalRoot {
  /** SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits; checked against the file. */
  readonly sha256: string;
  readonly pem: string;
}

export interface DatabaseConfig {
  readonly url: string;
  readonly poolSizeMax: number;
}

export interface SecretsConfig {
  /** By key id; the first seals, each opens. */
  readonly evidenceKeys: ReadonlyMap<string, Uint8Array>;
  readonly intentKey: Uint8Array;
}

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly tokenIssuersFile: string | undefined;
  readonly bodyBytesMax: number;
  readonly rateLimitPerMinute: number;
  readonly badCredentialsPerMinute: number;
  readonly inFlightMax: number;
}

export interface EngineConfig {
  readonly startDeadlineMs: number;
  /** Whether the server runs a worker too; `worker.ts` always does. */
  readonly serverRunsWorker: boolean;
  readonly taskSlotsMax: number;
  readonly stickyCacheMax: number;
}

export interface FulfilmentConfig {
  readonly grantWaitMs: number;
  readonly waitingCallersMax: number;
  readonly acknowledgementWindowMs: number;
  readonly finishWindowDays: number;
  readonly strandedAfterMs: number;
  readonly restartStrandedIntervalMs: number;
}

export interface TelemetryConfig {
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly metricsHost: string;
  readonly metricsPort: number;
  /** Whether traces are exported. Where to and how, OpenTelemetry's exporter reads from the environment itself. */
  readonly traces: boolean;
}

export interface Config {
  readonly deployment: 'production' | 'development';
  readonly database: DatabaseConfig & {
    /** Undefined: NOTIFY is off. */
    readonly listenUrl: string | undefined;
    readonly durability: 'synchronous-standby' | 'single-node-acknowledged';
  };
  readonly secrets: SecretsConfig;
  readonly additionalRoots: readonly AdditionalRoot[];
  /** What the store's revocation lists are worth. */
  readonly revocationPolicy: 'require-fresh' | 'prefer' | 'off';
  readonly catalogueFile: string | undefined;
  readonly api: ApiConfig;
  readonly engine: EngineConfig;
  /** Temporal's own connection settings, read as its tools read them. */
  readonly temporal: ClientConnectConfig;
  readonly fulfilment: FulfilmentConfig;
  readonly telemetry: TelemetryConfig;
  readonly shutdownGraceMs: number;
  /** `DROPLESS_` names that nothing reads, for the root to warn of. */
  readonly unknownVariables: readonly string[];
}
