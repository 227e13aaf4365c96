import { z } from 'zod'
import { type Alert, runbookUrlIn, withoutStatus } from './alert.ts'

const text = z.string().max(20_000).catch('')
const Field = z.object({ title: text, value: text })
const Attachment = z.object({
  fallback: text,
  pretext: text,
  title: text,
  title_link: text,
  text,
  footer: text,
  author_name: text,
  fields: z.array(Field).max(60).catch([]),
  blocks: z.array(z.unknown()).max(60).catch([]),
  actions: z
    .array(z.object({ text: z.unknown(), url: text }))
    .max(20)
    .catch([]),
})

/** What apps post, as far as alerts are told by it. */
export const BotMessage = z.object({
  text,
  username: text,
  bot_profile: z.object({ name: text }).catch({ name: '' }),
  attachments: z.array(Attachment).max(30).catch([]),
  blocks: z.array(z.unknown()).max(60).catch([]),
})
export type BotMessage = z.infer<typeof BotMessage>

type Tool = Alert['tool']

/** Who posts it, by name. */
const names: readonly (readonly [Tool, RegExp])[] = [
  ['pagerduty', /pager ?duty/i],
  ['datadog', /data ?dog/i],
  ['opsgenie', /opsgenie/i],
  ['grafana', /grafana/i],
  ['alertmanager', /alert ?manager|prometheus/i],
]
/** Where its links lead, which people can't rename. */
const places: readonly (readonly [Tool, RegExp])[] = [
  ['pagerduty', /https?:\/\/[\w.-]*pagerduty\.com\/(?:incidents|alerts)\/(\w+)/],
  [
    'datadog',
    /https?:\/\/[\w.-]*(?:datadoghq\.(?:com|eu)|ddog-gov\.com)\/(?:monitors|monitor|event\/event)[/#?](?:[^\s|>]*?\b)?(\d{4,})?/,
  ],
  ['opsgenie', /https?:\/\/[\w.-]*(?:opsgenie\.com\/alert\/(?:detail|show)\/|opsg\.in\/a\/i\/(?:[\w-]+\/)?)([\w-]+)/],
  ['grafana', /https?:\/\/[^\s|>]*\/alerting\/(?:grafana\/)?([\w-]+)?/],
  ['alertmanager', /https?:\/\/[^\s|>]*\/#\/alerts\?receiver=/],
]

/** The alert that an app's message tells of; undefined: it tells of none that we know the shape of. */
export function alertIn(message: BotMessage): Alert | undefined {
  const words = wordsOf(message)
  const tool = toolOf(message, words)
  if (tool === undefined) return undefined
  const title = titleOf(message)
  const status = title === undefined ? undefined : statusOf(title, message, words)
  if (title === undefined || status === undefined) return undefined
  const bare = plain(withoutStatus(plain(title)))
  const about = plain([message.text, ...message.attachments.flatMap(detailsOf), ...textsIn(message.blocks)].join('\n'))
  return {
    tool,
    status,
    title: bare.slice(0, 300),
    about: about.replaceAll(bare, ' ').slice(0, 2000),
    group: idIn(tool, words) ?? bare.toLowerCase(),
    runbookUrl: runbookUrlIn(words) ?? message.attachments.flatMap(({ actions }) => actions).find(isRunbook)?.url,
  }
}

function toolOf(message: BotMessage, words: string): Tool | undefined {
  const linked = places.find(([, place]) => place.test(words))?.[0]
  if (linked !== undefined) return linked
  const signed = [message.username, message.bot_profile.name, ...message.attachments.map(({ footer }) => footer)].join(
    '\n',
  )
  const named = names.find(([, name]) => name.test(signed))?.[0]
  if (named !== undefined) return named
  // The shape that Alertmanager's own template gives, whatever the hook is called.
  return /^\[(?:FIRING:\d+|RESOLVED)\]/.test(titleOf(message) ?? '') ? 'alertmanager' : undefined
}

/** The headline: the first attachment's, or the first line that says anything. */
function titleOf({ attachments, text: said, blocks }: BotMessage): string | undefined {
  const [first] = attachments
  const candidates = [
    first?.title,
    ...textsIn(first?.blocks ?? []),
    first?.fallback.split('|')[0],
    first?.pretext,
    ...textsIn(blocks),
    said,
    first?.text,
  ]
  return candidates.map((each) => each?.split('\n')[0]?.trim() ?? '').find((each) => plain(each) !== '')
}

const resolved = /\b(?:resolved|recovered|closed|auto-?resolved)\b|^\s*\[OK\]/i
const acknowledged = /\backnowledged?\b/i
const firing =
  /\b(?:firing|triggered|alerting|new alert|alert created|opened|re-?triggered|warn(?:ing)?|no data|critical|p[1-5])\b|^\s*(?:\[(?:alerting|no data)\]|#\d+)/i

/** By the headline and what stands around it; what is said further down is about the trouble, not about the alert. */
function statusOf(title: string, { attachments, text: said }: BotMessage, words: string): Alert['status'] | undefined {
  const [first] = attachments
  const head = [title, said, first?.pretext ?? '', first?.fallback ?? ''].join('\n')
  if (resolved.test(head)) return 'resolved'
  const status = /\bstatus\b\W{0,6}(\w+)/i.exec(words)?.[1] ?? ''
  if (resolved.test(status)) return 'resolved'
  if (acknowledged.test(head) || acknowledged.test(status)) return 'acknowledged'
  return firing.test(head) || firing.test(status) ? 'firing' : undefined
}

/** What the tool itself calls it; titles of one alert change with their counts and values. */
function idIn(tool: Tool, words: string): string | undefined {
  if (tool === 'alertmanager' || tool === 'grafana') return undefined
  const place = places.find(([each]) => each === tool)?.[1]
  return place?.exec(words)?.[1]
}

function isRunbook({ text: label, url }: { text: unknown; url: string }): boolean {
  return url.startsWith('http') && /run ?book/i.test(textsIn([label]).join(' '))
}

function detailsOf({ pretext, text: said, fields, footer, blocks }: z.infer<typeof Attachment>): string[] {
  return [pretext, said, ...fields.map(({ title, value }) => `${title}: ${value}`), ...textsIn(blocks), footer]
}

function wordsOf({ text: said, attachments, blocks }: BotMessage): string {
  const cards = attachments.flatMap((each) => [each.title, each.title_link, each.fallback, ...detailsOf(each)])
  const urls = attachments.flatMap(({ actions }) => actions.map(({ url }) => url))
  return [said, ...cards, ...urls, ...textsIn(blocks)].join('\n').slice(0, 40_000)
}

const deepest = 6

/** All texts of Block Kit's blocks, in reading order. */
function textsIn(values: readonly unknown[], depth = 0): string[] {
  if (depth > deepest) return []
  return values.flatMap((value): string[] => {
    if (typeof value === 'string') return depth === 0 ? [value] : []
    if (Array.isArray(value)) return textsIn(value, depth + 1)
    if (typeof value !== 'object' || value === null) return []
    const own = 'text' in value && typeof value.text === 'string' ? [value.text] : []
    const inside = Object.entries(value)
      .filter(([key]) => key === 'text' || key === 'elements' || key === 'fields')
      .map(([, each]: [string, unknown]) => each)
    return [...own, ...textsIn(inside, depth + 1)].map((each) => each.slice(0, 5000))
  })
}

/** Slack's markup as people read it. */
function plain(said: string): string {
  return said
    .replace(/<(?:https?|mailto):[^|>]*\|([^>]+)>/g, '$1')
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replace(/<!date[^|>]*\|([^>]+)>/g, '$1')
    .replace(/<[#!@][^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[*`]+/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
}
