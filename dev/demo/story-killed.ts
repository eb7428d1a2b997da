import { setTimeout as delay } from 'node:timers/promises';
import { paidOnce, type Story } from './story.js';
import { findFreePort } from '../stack/free-port.js';
import { openServerProcess } from '../stack/server-process.js';

const DEADLINE_MS = 30_000;

/** A second server whose worker dies by SIGKILL right after its first grant has committed. */
export const killedBetweenCommitAndCompletion: Story = {
  title: 'The worker is killed with SIGKILL between the grant’s commit and its completion',
  async run({ stack, newPlayer, paid, tell, until }) {
    const player = newPlayer();
    const port = await findFreePort();
    const dying = await openServerProcess({ program: 'dist/dev/demo/dying-server.js', env: stack.env, port, log: () => undefined });
    const app = await player.startApp({ url: dying.url });
    // The other server is stopped meanwhile, so that its worker cannot be the one that gets the task.
    process.kill(stack.server.pid, 'SIGSTOP');
    const { purchaseOrderId: order } = await paidOnce(player, () => void app.purchase('gold60'));
    paid(order);
    const ending = await Promise.race([dying.ended, delay(DEADLINE_MS, 'it outlived its grant', { ref: false })]);
    process.kill(stack.server.pid, 'SIGCONT');
    if (ending !== 'SIGKILL') throw new Error(`the worker was not killed: ${ending}`);
    tell('The process died by SIGKILL with the goods in the account and nobody told.');
    await player.startApp();
    await until(order, 'finished');
    tell('The app asks the other server: granted. The workflow goes on there from the step it was in.');
  },
};
