import { createHash } from 'node:crypto'
import { z } from 'zod'

/** An alert, whoever raised it. */
export interface Alert {
  tool: 'alertmanager' | 'pagerduty' | 'datadog' | 'grafana' | 'opsgenie'
  status: 'firing' | 'acknowledged' | 'resolved'
  /** Without its status, so that nobody takes it for an alert again. */
  title: string
  /** What is known besides: service, labels, summary. Plain words. */
  about: string
  /** The same for all that is said of one alert, or of one group of alerts. */
  group: string
  /** The runbook that whoever wrote the alert names. */
  runbookUrl?: string | undefined
}

/** An alert whose runbook is looked for, as it is written down with the work. */
export const AlertAsked = z.object({
  title: z.string(),
  runbookUrl: z.string().optional(),
  /** Nobody has posted it in the channel yet. */
  isNew: z.boolean(),
  /** Nobody raised it: somebody began an incident. */
  isIncident: z.boolean().optional(),
})
export type AlertAsked = z.infer<typeof AlertAsked>

/** Short, and the same in every process. */
export function groupKey({ tool, group }: Pick<Alert, 'tool' | 'group'>): string {
  return createHash('sha256').update(`${tool}\n${group}`).digest('hex').slice(0, 20)
}

/** What says how an alert stands, in front of what it is about. */
const marks = [
  /^\[(?:FIRING|RESOLVED|ALERTING|OK|NO ?DATA|PENDING|TRIGGERED|RECOVERED|WARN(?:ING)?|RE-?TRIGGERED|P[1-5])\b[^\]]*\]/i,
  /^(?:re-?)?(?:triggered|recovered|resolved|acknowledged|warn(?:ing)?|no data|alert(?:ing)?|closed)(?: on \{[^}]*\})?\s*:/i,
  /^(?:new )?alert(?: created| closed| acknowledged)?\s*:/i,
  /^\[?#\d+\]?\s*[:.]?/,
  /^\p{Extended_Pictographic}\uFE0F?/u,
  /^:[a-z_]+:/,
]

/** "[FIRING:2] HighLatency checkout" is about "HighLatency checkout". */
export function withoutStatus(title: string): string {
  let rest = title.trim()
  for (let found = true; found; ) {
    const cut = marks.map((mark) => rest.replace(mark, '').trim()).find((each) => each !== rest && each !== '')
    found = cut !== undefined
    rest = cut ?? rest
  }
  return rest
}

const runbookLink = /run[ _-]?book(?:[ _-]?url)?["*`]*\s*[:=|]?\s*["*`]*\s*<?(https?:\/\/[^\s|>"')]+)/i

export function runbookUrlIn(text: string): string | undefined {
  return runbookLink.exec(text)?.[1]
}
