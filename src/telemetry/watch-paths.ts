import type { Alarm } from './alarm.js';
import type { Metrics } from './metrics.js';

export interface WatchPathsDeps {
  readonly alarm: Alarm;
  readonly metrics: Pick<Metrics, 'signatures'>;
  readonly nowMs?: () => number;
}

const WINDOW_MINUTES = 10;
const MINUTE_MS = 60_000;
/** Forgers are few: when more than this share of certificates lead nowhere, it may be us who know a root too little. */
const BAD_SHARE_MAX = 0.05;

interface Minute {
  readonly minute: number;
  good: number;
  bad: number;
}

/** Counts signatures by whether their certificates led to a trusted root, and tells of too many that did not: once in ten minutes. */
export function watchPaths({ alarm, metrics, nowMs = Date.now }: WatchPathsDeps): (isGood: boolean) => void {
  let minutes: Minute[] = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  return (isGood) => {
    const now = Math.floor(nowMs() / MINUTE_MS);
    minutes = minutes.filter(({ minute }) => minute > now - WINDOW_MINUTES);
    if (minutes.at(-1)?.minute !== now) minutes.push({ minute: now, good: 0, bad: 0 });
    const path = isGood ? 'good' : 'bad';
    for (const current of minutes.slice(-1)) current[path] += 1;
    metrics.signatures.inc({ path });
    const bad = sum(minutes, 'bad');
    const judged = bad + sum(minutes, 'good');
    if (bad / judged <= BAD_SHARE_MAX || toldAt > now - WINDOW_MINUTES) return;
    toldAt = now;
    alarm('PATH_VALIDATION_FAILING', { bad, judged });
  };
}

function sum(minutes: readonly Minute[], path: 'good' | 'bad'): number {
  return minutes.reduce((total, minute) => total + minute[path], 0);
}
