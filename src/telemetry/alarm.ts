import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** Tells the people in charge: a line at level error with `alarm: true`, and a counter to alert on. Codes are SCREAMING_SNAKE. */
export type Alarm = (code: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface AlarmDeps {
  readonly logger: Pick<Logger, 'error'>;
  readonly metrics: Pick<Metrics, 'alarms'>;
}

export function createAlarm({ logger, metrics }: AlarmDeps): Alarm {
  return (code, fields) => {
    metrics.alarms.inc({ code });
    logger.error({ ...fields, alarm: true, code }, code);
  };
}
