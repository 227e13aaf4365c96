import { z } from 'zod'
import { type Alert, runbookUrlIn } from './alert.ts'

const labels = z.record(z.string(), z.string().max(5000)).catch({})

/** prometheus.io/docs/alerting/latest/configuration/#webhook_config, as far as we read it. */
const Notification = z.object({
  status: z.enum(['firing', 'resolved']),
  groupKey: z.string().min(1).max(5000),
  groupLabels: labels,
  commonLabels: labels,
  commonAnnotations: labels,
  alerts: z
    .array(z.object({ status: z.enum(['firing', 'resolved']), labels, annotations: labels }))
    .min(1)
    .max(10_000),
})

export interface AlertmanagerNotification {
  alert: Alert
  /** Shared by all its alerts: decides which channels hear of it. */
  labels: Readonly<Record<string, string>>
}

/** @returns undefined: it is not what Alertmanager sends. */
export function readNotification(body: unknown): AlertmanagerNotification | undefined {
  const read = Notification.safeParse(body)
  if (!read.success) return undefined
  const { status, groupKey: group, groupLabels, commonLabels, commonAnnotations, alerts } = read.data
  const [first] = alerts
  const own = { ...first?.labels, ...commonLabels }
  const annotations = { ...first?.annotations, ...commonAnnotations }
  const name = own.alertname ?? Object.values(groupLabels).join(' ')
  const place = ['service', 'job', 'cluster', 'namespace', 'instance'].flatMap((label) => commonLabels[label] ?? [])
  const url = runbookUrlIn(`runbook: ${annotations.runbook_url ?? annotations.runbook ?? ''}`)
  const about = [
    annotations.summary,
    annotations.description,
    ...Object.entries(own).map(([label, value]) => `${label}: ${value}`),
  ]
  return {
    alert: {
      tool: 'alertmanager',
      status,
      title: [name === '' ? 'alert' : name, ...new Set(place)].join(' ').slice(0, 300),
      about: about
        .filter((each) => each !== undefined)
        .join('\n')
        .slice(0, 2000),
      group,
      runbookUrl: url,
    },
    labels: own,
  }
}
