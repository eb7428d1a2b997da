import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import { redactLine } from './redact.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; standard output unless told otherwise. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * JSON lines without secrets. Redaction sees the finished line, so that nothing gets around it: no child logger's bindings,
 * no serializer, no error's cause.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: (): string => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), log: writeBigIntsAsText },
    serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause, cause: stdSerializers.errWithCause },
    hooks: { streamWrite: redactLine },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** As a JSON number an id above 2^53 would lose digits. */
function writeBigIntsAsText(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]));
}
