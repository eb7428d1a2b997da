import { loadConfig } from './config/load-config.js';
import { createMetricsServer } from './api/metrics-server.js';
import { installTemporalRuntime } from './fulfilment/purchase-worker.js';
import { openRuntime } from './runtime.js';
import { createLogger } from './telemetry/logger.js';
import { runUntilSignal } from './run-until-signal.js';

/** A worker alone: scales out the work on purchases beside the servers. */
await runUntilSignal(async (onClose) => {
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.telemetry.logLevel });
  installTemporalRuntime(logger);
  const runtime = await openRuntime(config, { logger, worker: true });
  onClose(runtime.close);
  const metrics = createMetricsServer(runtime.metrics);
  onClose(() => metrics.close());
  await metrics.listen({ host: config.telemetry.metricsHost, port: config.telemetry.metricsPort });
});
