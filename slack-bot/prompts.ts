import type { Lang } from '#knowledge/document.ts'
import type { ActingParts } from './acting-parts.ts'
import { SlackRefusedError } from './errors.ts'
import type { Incoming } from './incoming.ts'

type Opened = Extract<Incoming, { kind: 'opened' }>

interface Prompt {
  title: string
  message: string
}

/** Slack shows four. */
const mostPrompts = 4
const longestTitle = 60

const words = {
  en: {
    title: 'What is it about?',
    alert: (alert: string): Prompt => ({ title: `Runbook: ${alert}`, message: `What do I do about ${alert}?` }),
    fix: (service: string): Prompt => ({
      title: `${service} is down`,
      message: `What do I do when ${service} is down?`,
    }),
    owner: (service: string): Prompt => ({ title: `Who owns ${service}?`, message: `Who owns ${service}?` }),
  },
  ja: {
    title: '何についてですか？',
    alert: (alert: string): Prompt => ({ title: `手順: ${alert}`, message: `${alert} にはどう対応すればよいですか？` }),
    fix: (service: string): Prompt => ({
      title: `${service} が落ちた`,
      message: `${service} が落ちたときはどうすればよいですか？`,
    }),
    owner: (service: string): Prompt => ({
      title: `${service} の担当は？`,
      message: `${service} の担当者は誰ですか？`,
    }),
  },
} satisfies Record<Lang, unknown>

/** In an empty conversation: questions about what goes wrong in somebody's channels now, and what they look after. */
export async function suggest(parts: ActingParts, opened: Opened, signal: AbortSignal): Promise<void> {
  const { team, user, channel, thread } = opened
  const standing = await parts.people.standing(user, team, signal)
  if (standing.kind !== 'sees') return
  const said = words[await parts.people.langOf(user, signal)]
  const { alerts, services } = await aroundThem(parts, opened, signal)
  const prompts = [...alerts.slice(0, 2).map(said.alert), ...services.map(said.fix), ...services.map(said.owner)]
    .slice(0, mostPrompts)
    .map(({ title, message }) => ({ title: title.slice(0, longestTitle), message }))
  // Where nothing is known, those of the manifest are shown.
  if (prompts.length === 0) return
  const given = { channel_id: channel, title: said.title, prompts, ...(thread !== undefined && { thread_ts: thread }) }
  try {
    await parts.calls.call(
      'assistant.threads.setSuggestedPrompts',
      (client) => client.assistant.threads.setSuggestedPrompts(given),
      signal,
    )
  } catch (error) {
    // An app without the agent view has none.
    if (!(error instanceof SlackRefusedError)) throw error
  }
}

/** Of the configured channels that they are in, and first of the one that they come from. */
async function aroundThem(
  { channels, people, alerts }: ActingParts,
  { team, user, from }: Opened,
  signal: AbortSignal,
): Promise<{ alerts: string[]; services: string[] }> {
  const known = new Map(channels.map((each) => [each.channel, each.services]))
  const current: string[] = []
  const services: string[] = []
  for (const channel of new Set([...(from === undefined ? [] : [from]), ...known.keys()])) {
    if (!(await people.isIn(channel, user, signal))) continue
    current.push(...(await alerts.current(team, channel, signal)))
    services.push(...(known.get(channel) ?? []))
  }
  return { alerts: [...new Set(current)], services: [...new Set(services)] }
}
