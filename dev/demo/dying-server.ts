import { createApi } from '../../src/api/app.js';
import { loadConfig } from '../../src/config/load-config.js';
import { installTemporalRuntime } from '../../src/fulfilment/purchase-worker.js';
import { openRuntime } from '../../src/runtime.js';
import { createLogger } from '../../src/telemetry/logger.js';

/** A server that kills itself once its first grant is committed and not yet reported: what a power cut at the worst moment does. */
const config = loadConfig(process.env);
const logger = createLogger({ level: 'silent' });
installTemporalRuntime(logger);
const runtime = await openRuntime(config, {
  worker: true,
  logger,
  wrapActivities: (activities) => ({
    ...activities,
    async grantEntitlement(input) {
      await activities.grantEntitlement(input);
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    },
  }),
});
const api = await createApi({ ...runtime, limits: config.api, tokenIssuers: [] });
await api.listen({ host: config.api.host, port: config.api.port });
