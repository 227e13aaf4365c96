import { randomBytes } from 'node:crypto'
import type { Config } from '#runtime/config/config.ts'
import { Telemetry } from '#runtime/telemetry/telemetry.ts'
import { version } from '../version.ts'

export interface OpenedTelemetry extends AsyncDisposable {
  telemetry: Telemetry
}

/** Spans and figures leave the process only where OTEL_EXPORTER_OTLP_ENDPOINT says whereto; what people said only with LOG_CONTENT. */
export async function openTelemetry({ env }: Pick<Config, 'env'>): Promise<OpenedTelemetry> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName, LOG_CONTENT: content } = env
  if (endpoint === undefined) return { telemetry: new Telemetry(), [Symbol.asyncDispose]: async () => {} }
  // Loaded only where it is used: it is as big as all the rest of the start.
  const { openOtlp } = await import('#runtime/telemetry/otlp.ts')
  const otlp = openOtlp({ endpoint, serviceName, version })
  const telemetry = new Telemetry({ sink: otlp, content })
  otlp.watchCalls(telemetry)
  return { telemetry, [Symbol.asyncDispose]: () => otlp[Symbol.asyncDispose]() }
}

/** A sync as a trace of its own, with all its calls. */
export function tracedSync<Report>(telemetry: Telemetry, source: string, sync: () => Promise<Report>): Promise<Report> {
  const traceId = randomBytes(16).toString('hex')
  return telemetry.whole(telemetry.start('sync', { traceId, attributes: { 'nightdesk.source': source } }), sync)
}
