import { Connection, WorkflowIdConflictPolicy } from '@temporalio/client';
import { paidOnce, type Story } from './story.js';
import { TimeSkippingClient } from '../stack/time-skipping-client.js';
import { TASK_QUEUE } from '../../src/workflows/contract.js';

export const monthsPass: Story = {
  title: 'The player never comes back to finish; time passes',
  async run({ stack, newPlayer, paid, tell, until }) {
    if (stack.temporal === undefined) return tell('Whether this Temporal can skip time is not known; this story is left out.');
    const player = newPlayer();
    const app = await player.startApp({ diesUnfinished: true });
    const { purchaseOrderId: order } = await paidOnce(player, () => void app.purchase('gold60'));
    paid(order);
    await until(order, 'granted');
    tell('Granted; then the phone fell into a lake. The workflow waits for the finish.');
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new TimeSkippingClient({ connection });
    const run = await client.start('fulfilPurchase', {
      workflowId: order,
      taskQueue: TASK_QUEUE,
      args: [order],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
    });
    await run.result();
    await connection.close();
    tell('180 days later the workflow ends with the purchase still granted: the goods stay, the finish is unknown.');
    await player.startApp();
    await until(order, 'finished');
    tell('A new phone finishes it after all: a late word is a ledger write alone.');
  },
};
