import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import { PROJECT_DIR } from '../../dev/stack/project-dir.js';
import { findWorkflowCode } from '../../src/fulfilment/workflow-code.js';

const { History } = proto.temporal.api.history.v1;
type History = proto.temporal.api.history.v1.IHistory;

const DIR = join(PROJECT_DIR, 'test/fixtures/histories');

export interface RecordedHistory {
  readonly name: string;
  readonly history: History;
}

/** As readable JSON, without the names of the machine and process that ran it. */
export async function writeHistory({ name, history }: RecordedHistory): Promise<void> {
  const plain = History.toObject(History.fromObject(history), { bytes: String, enums: String, longs: String });
  const text = JSON.stringify(plain, nameless, 2);
  await writeFile(join(DIR, `${name}.json`), `${text}\n`);
}

/** A worker's identity, and the names of its sticky queues, begin with its process and machine. */
const nameless = (_key: string, value: unknown): unknown => (typeof value === 'string' && /^\d+@/.test(value) ? 'test' : value);

export async function readHistories(): Promise<RecordedHistory[]> {
  const files = (await readdir(DIR)).filter((file) => file.endsWith('.json'));
  return Promise.all(
    files.map(async (file) => {
      const plain = JSON.parse(await readFile(join(DIR, file), 'utf8')) as Record<string, unknown>;
      return { name: file.replace('.json', ''), history: History.fromObject(plain) };
    }),
  );
}

/** Runs the workflow code of today, plain or with tracing, over recorded histories. Answers with what failed, by the name of the history. */
export async function replay(recorded: readonly RecordedHistory[], { traced = false } = {}): Promise<Record<string, unknown>> {
  const histories = recorded.map(({ name, history }) => ({ workflowId: name, history: History.fromObject(history) }));
  const failures: Record<string, unknown> = {};
  const options = findWorkflowCode(inject('servers').workflowBundle, traced);
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error !== undefined) failures[workflowId] = error;
  }
  return failures;
}

const EVENTS_MAX = 18;

/** Design §8: a purchase that nothing disturbed took two workflow tasks, and no more events than its story has. */
export function expectUndisturbed({ events }: History): void {
  const kinds = (events ?? []).map((event) =>
    Object.keys(event)
      .find((key) => key.endsWith('EventAttributes'))
      ?.replace('EventAttributes', ''),
  );
  expect(kinds.filter((kind) => kind === 'workflowTaskCompleted')).toHaveLength(2);
  expect(kinds.length <= EVENTS_MAX ? [] : kinds, 'the events, where there are too many').toEqual([]);
}
