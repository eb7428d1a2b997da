import { createApi } from './api/app.js';
import { createMetricsServer } from './api/metrics-server.js';
import { readTokenIssuers } from './api/token-issuers.js';
import { loadConfig } from './config/load-config.js';
import { runUntilSignal } from './run-until-signal.js';
import { installTemporalRuntime } from './fulfilment/purchase-worker.js';
import { openRuntime } from './runtime.js';
import { createLogger } from './telemetry/logger.js';

/** The API, and by default a worker beside it on the same connection. */
await runUntilSignal(async (onClose) => {
  const config = loadConfig(process.env);
  const tokenIssuers = readTokenIssuers(config.api.tokenIssuersFile);
  const logger = createLogger({ level: config.telemetry.logLevel });
  installTemporalRuntime(logger);
  const runtime = await openRuntime(config, { logger, worker: config.engine.serverRunsWorker });
  onClose(runtime.close);
  const api = await createApi({ ...runtime, limits: config.api, tokenIssuers });
  onClose(() => api.close());
  const metrics = createMetricsServer(runtime.metrics);
  onClose(() => metrics.close());
  await metrics.listen({ host: config.telemetry.metricsHost, port: config.telemetry.metricsPort });
  await api.listen({ host: config.api.host, port: config.api.port });
  logger.info({ port: config.api.port }, 'serving');
});
