import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds; what people wait for in a talk. */
const buckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 4, 8]

/** Adds what is known of voice sessions to what Prometheus can scrape. */
export function addVoiceMetrics(registry: Registry) {
  const registers = [registry]
  const open = new Gauge({
    name: 'nightdesk_voice_sessions',
    help: 'Voice sessions now, those that wait for their client to come back included.',
    registers,
  })
  const stages = new Histogram({
    name: 'nightdesk_voice_turn_seconds',
    help: 'From the end of speech to the first sound of the answer, by stage; `total` is the whole.',
    labelNames: ['stage'] as const,
    buckets,
    registers,
  })
  const responses = new Counter({
    name: 'nightdesk_voice_responses_total',
    help: 'Responses by how they ended (completed, cancelled, failed, incomplete).',
    labelNames: ['outcome'] as const,
    registers,
  })
  const interruptions = new Counter({
    name: 'nightdesk_voice_interruptions_total',
    help: 'Talk while we spoke: interrupted, or dismissed as a noise, a nod or our own voice.',
    labelNames: ['outcome'] as const,
    registers,
  })
  const resumes = new Counter({
    name: 'nightdesk_voice_resumes_total',
    help: 'Dropped connections that were taken up again.',
    registers,
  })
  return {
    sessions: (count: number): void => open.set(count),
    turn({ stagesMs, totalMs }: { stagesMs: Readonly<Record<string, number>>; totalMs: number }): void {
      for (const [stage, ms] of Object.entries(stagesMs)) stages.observe({ stage }, ms / 1000)
      stages.observe({ stage: 'total' }, totalMs / 1000)
    },
    response: (outcome: string): void => responses.inc({ outcome }),
    interruption: (outcome: string): void => interruptions.inc({ outcome }),
    resumed: (): void => resumes.inc(),
  }
}
