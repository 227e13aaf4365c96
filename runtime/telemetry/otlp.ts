import { randomBytes } from 'node:crypto'
import {
  type Attributes as ApiAttributes,
  type Span as ApiSpan,
  type Histogram,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { OpsError } from '../errors.ts'
import { watchHttpCalls } from './http-calls.ts'
import type { Attributes, Measurement, Span, SpanOptions, Telemetry, TelemetrySink } from './telemetry.ts'

export interface OtlpOptions {
  /** Of the collector; `/v1/traces` and `/v1/metrics` are below it. */
  endpoint: string
  serviceName: string
  version: string
  /** How long spans are gathered before they are sent, in milliseconds. */
  gatherMs?: number | undefined
  metricsEveryMs?: number | undefined
  /** How long what is left may take to be sent at the end, in milliseconds. */
  farewellMs?: number | undefined
}

export interface Otlp extends TelemetrySink, AsyncDisposable {
  /** Calls to others by HTTP become spans of what is being done. */
  watchCalls(telemetry: Telemetry): void
}

const usualGatherMs = 2_000
const usualMetricsEveryMs = 30_000
const usualFarewellMs = 2_000

/**
 * Bounds of histograms as the semantic conventions for generative AI give them (gen-ai-metrics.md): seconds of an
 * operation, and tokens.
 */
const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576]
const dollars = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const bounds: Readonly<Record<Measurement['unit'], number[]>> = { s: seconds, '{token}': tokens, USD: dollars }

/** Sends spans and figures to a collector by OTLP over HTTP. A collector that is away costs nothing but what is lost. */
export function openOtlp({
  endpoint,
  serviceName,
  version,
  gatherMs = usualGatherMs,
  metricsEveryMs = usualMetricsEveryMs,
  farewellMs = usualFarewellMs,
}: OtlpOptions): Otlp {
  const base = endpoint.replace(/\/+$/, '')
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': version })
  const ids = new GivenIds()
  const tracing = new TracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
        scheduledDelayMillis: gatherMs,
      }),
    ],
  })
  const metrics = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
        exportIntervalMillis: metricsEveryMs,
        exportTimeoutMillis: metricsEveryMs,
      }),
    ],
    views: Object.entries(bounds).map(([unit, boundaries]) => ({
      instrumentUnit: unit,
      aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries } },
    })),
  })
  const tracer = tracing.getTracer('nightdesk', version)
  const meter = metrics.getMeter('nightdesk', version)
  const begun = new WeakMap<Span, ApiSpan>()
  const histograms = new Map<string, Histogram>()
  let unwatch: () => void = () => undefined
  return {
    begin(name, options, parent) {
      const above = parent === undefined ? undefined : begun.get(parent)
      const context = above === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, above)
      const begin = (): ApiSpan =>
        tracer.startSpan(
          name,
          {
            kind: options.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
            attributes: told(options.attributes ?? {}),
            startTime: options.startedAt,
            root: options.traceId !== undefined,
          },
          context,
        )
      const api = options.traceId === undefined ? begin() : ids.giving(options.traceId, begin)
      const span = spanOver(api, options)
      begun.set(span, api)
      return span
    },
    measure({ name, unit, value, attributes }) {
      const histogram = histograms.get(name) ?? meter.createHistogram(name, { unit })
      histograms.set(name, histogram)
      histogram.record(value, told(attributes))
    },
    watchCalls(telemetry) {
      unwatch()
      unwatch = watchHttpCalls(telemetry, base)
    },
    async [Symbol.asyncDispose]() {
      unwatch()
      // A collector that is away must not keep the process from ending.
      const late = AbortSignal.timeout(farewellMs)
      const ended = Promise.allSettled([tracing.shutdown(), metrics.shutdown()])
      await Promise.race([ended, new Promise((resolve) => late.addEventListener('abort', resolve, { once: true }))])
    },
  }
}

function spanOver(api: ApiSpan, { asker }: SpanOptions): Span {
  const { traceId, spanId, traceFlags } = api.spanContext()
  let isOver = false
  return {
    traceId,
    asker,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    set: (attributes) => void api.setAttributes(told(attributes)),
    end(error, endedAt) {
      if (isOver) return
      isOver = true
      if (error !== undefined) {
        // Messages may hold what people asked; codes and names never do.
        api.setAttribute('error.type', error instanceof OpsError ? error.code : nameOf(error))
        api.setStatus({ code: SpanStatusCode.ERROR })
      }
      api.end(endedAt)
    },
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER'
}

function told(attributes: Attributes): ApiAttributes {
  const kept: ApiAttributes = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) kept[name] = typeof value === 'object' ? [...value] : value
  }
  return kept
}

const traceIdForm = /^(?!0{32})[0-9a-f]{32}$/

/** Traces whose id was given before they began: it stands in answers, and whoever has one finds its trace by it. */
class GivenIds {
  #given: string | undefined

  giving<Result>(traceId: string, begin: () => Result): Result {
    this.#given = traceIdForm.test(traceId) ? traceId : undefined
    try {
      return begin()
    } finally {
      this.#given = undefined
    }
  }

  generateTraceId(): string {
    return this.#given ?? randomBytes(16).toString('hex')
  }

  generateSpanId(): string {
    return randomBytes(8).toString('hex')
  }
}
