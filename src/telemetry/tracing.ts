import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import { DroplessError } from '../domain/errors.js';

export interface Tracing {
  /** For Temporal's client and worker: carries a trace from the call that starts a run through to its steps. */
  readonly plugin: OpenTelemetryPlugin;
  /** Runs the work in a span; the work's own error comes out unchanged. */
  trace<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly onError: (error: unknown) => void;
}

/** A collector that is away must not keep a process from ending. */
const CLOSE_DEADLINE_MS = 2_000;

/**
 * Exports spans over OTLP/HTTP, as the standard `OTEL_` variables say. One at a time in a process: OpenTelemetry's
 * context is the process's. Its propagator knows trace ids alone, so that no baggage of a caller's enters a history.
 */
export function openTracing({ onError }: TracingOptions): Tracing {
  setGlobalErrorHandler(onError);
  const resource = new Resource({ 'service.name': 'dropless' }).merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const spanProcessor = new BatchSpanProcessor(createSafeExporter(new OTLPTraceExporter()));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  const contextManager = new AsyncLocalStorageContextManager().enable();
  provider.register({ contextManager, propagator: new W3CTraceContextPropagator() });
  const tracer = provider.getTracer('dropless');
  return {
    plugin: new OpenTelemetryPlugin({ tracer, resource, spanProcessor }),
    trace: (name, work) => tracer.startActiveSpan(name, (span) => runInSpan(span, work)),
    async close() {
      await Promise.race([provider.shutdown().catch(onError), sleep(CLOSE_DEADLINE_MS, undefined, { ref: false })]);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

async function runInSpan<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DroplessError) span.setAttribute('dropless.code', error.code);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** What a span may say of itself. Temporal's interceptors add all that a run is known by: memo, search attributes, last failure. */
const SAFE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'dropless.code',
  'workflowType',
  'workflowId',
  'temporalWorkflowId',
  'runId',
  'run_id',
  'temporalActivityId',
]);

/** Exports names, times and ids alone: an error's text and stack stand in the log, where they are redacted. */
function createSafeExporter(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(toSafeSpan), done),
    shutdown: () => exporter.shutdown(),
  };
}

function toSafeSpan(span: ReadableSpan): ReadableSpan {
  const attributes = Object.entries(span.attributes).filter(([name]) => SAFE_ATTRIBUTES.has(name));
  const safe = {
    attributes: { value: Object.fromEntries(attributes) satisfies Attributes },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  };
  return Object.create(span, safe) as ReadableSpan;
}
