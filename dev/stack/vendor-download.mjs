// Makes the SDK download a server into a folder. A process of its own: the SDK can't be told to give up, and it sets
// up its runtime on the way, which the process that waits here has to set up itself.
import process from 'node:process';
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , name, version, downloadDir] = process.argv;
const server = { executable: { type: 'cached-download', version, downloadDir } };

try {
  const opening =
    name === 'temporal' ? TestWorkflowEnvironment.createLocal({ server }) : TestWorkflowEnvironment.createTimeSkipping({ server });
  const environment = await opening;
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
}
