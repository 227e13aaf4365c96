import type { TimelineEntry } from '#conversation/incidents/incident-memory.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import type { ActingParts } from '../acting-parts.ts'
import { SlackRefusedError } from '../errors.ts'
import type { IncidentAsked } from '../incoming.ts'
import { escaped, fallbackText, inMessages, message, type SlackMessage } from '../layout/message.ts'
import { richText } from '../layout/rich-text.ts'
import { mentionOf } from '../owners.ts'
import { tellAlone } from '../telling.ts'
import { words } from '../words.ts'
import { incidentWords } from '../words-incident.ts'
import { draft, line, type UsedDocument } from './postmortem.ts'

/** More of a timeline than this is summed up. */
const mostLines = 25

/** What `/incident` is followed by. */
function orderIn(text: string): { order: 'start' | 'note' | 'status' | 'end' | 'usage'; rest: string } {
  const said = text.trim()
  const [, first = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(said) ?? []
  switch (first.toLowerCase()) {
    case 'start':
    case 'begin':
    case 'open':
      return { order: rest === '' ? 'usage' : 'start', rest }
    case 'note':
      return { order: rest === '' ? 'usage' : 'note', rest }
    case 'end':
    case 'close':
    case 'resolve':
    case 'stop':
      return { order: rest === '' ? 'end' : 'start', rest: said }
    case '':
    case 'status':
      return { order: rest === '' ? 'status' : 'start', rest: said }
    case 'help':
      return { order: 'usage', rest: '' }
    default:
      return { order: 'start', rest: said }
  }
}

/**
 * Ties a channel to an incident, keeps its timeline, and drafts its postmortem in the end.
 * @param offer Looks for the runbook of what happened, below that message.
 */
export async function incidentCommanded(
  parts: ActingParts,
  asked: IncidentAsked,
  offer: (title: string, ts: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { user, team, channel } = asked
  const lang = asked.text.trim() === '' ? await parts.people.langOf(user, signal) : detectLang(asked.text)
  const said = incidentWords(lang)
  const tell = (text: string) =>
    tellAlone(parts, { ...asked, thread: undefined, ts: undefined, via: 'command' }, message(text), signal)
  const standing = await parts.people.standing(user, team, signal)
  if (standing.kind === 'bot') return
  if (standing.kind !== 'sees')
    return await tell(standing.kind === 'guest' ? words(lang).notForGuests : words(lang).notForYou(user))
  const { order, rest } = orderIn(asked.text)
  const by = standing.principal.name
  const place = { team, channel }
  const who = mentionOf(parts.principals)(by)
  try {
    switch (order) {
      case 'usage':
        return await tell(said.usage)
      case 'note': {
        if ((await parts.incidents.current(place, signal)) === undefined) return await tell(said.none)
        await parts.incidents.note(place, { kind: 'note', by, text: rest }, signal)
        return await tell(said.noted)
      }
      case 'status':
        return await tellStatus(parts, asked, tell, signal)
      case 'start': {
        const known = await parts.incidents.current(place, signal)
        if (known !== undefined) return await tell(said.another(escaped(known.title)))
        const ts = await post(parts, channel, [message(said.began(escaped(rest.slice(0, 200)), who))], signal)
        await parts.incidents.start(place, { title: rest, by }, signal)
        if (ts !== undefined) await offer(rest, ts)
        return
      }
      case 'end':
        return await ended(parts, asked, by, tell, signal)
    }
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error
    await tell(said.inviteMe)
  }
}

async function tellStatus(
  parts: ActingParts,
  asked: IncidentAsked,
  tell: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const incident = await parts.incidents.current(asked, signal)
  const said = incidentWords(
    incident === undefined ? await parts.people.langOf(asked.user, signal) : detectLang(incident.title),
  )
  if (incident === undefined) return await tell(said.none)
  const timeline = await parts.incidentMemory.timeline(incident, signal)
  const last = timeline.slice(-mostLines)
  const nameOf = await namesOf(parts, last, signal)
  const lines = last.map((entry) => `- ${line(entry, said, nameOf)}`)
  // All of it stands below anyway, where it is short.
  const isLong = timeline.length > last.length
  const summary = isLong ? [(await parts.incidentMemory.summary(incident, false, signal)).text] : []
  const text = [`**${said.status(incident.title)}**`, ...summary, lines.join('\n')].join('\n\n')
  const target = { ...asked, thread: undefined, ts: undefined, via: 'command' as const }
  for (const each of laidOut(text)) await tellAlone(parts, target, each, signal)
}

async function ended(
  parts: ActingParts,
  { user, team, channel }: IncidentAsked,
  by: string,
  tell: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const incident = await parts.incidents.end({ team, channel }, by, signal)
  if (incident === undefined) return await tell(incidentWords(await parts.people.langOf(user, signal)).none)
  const timeline = await parts.incidentMemory.timeline(incident, signal)
  const summary = await parts.incidentMemory.summary(incident, true, signal)
  const lang = detectLang(incident.title)
  const everybody = await parts.people.everybodyIn(channel, team, signal)
  const documents = everybody === undefined ? [] : await used(parts, timeline, everybody, signal)
  const nameOf = await namesOf(parts, timeline, signal)
  const markdown = draft({ incident, summary, timeline, documents, lang, now: parts.clock.now(), nameOf })
  const headline = message(incidentWords(lang).ended(escaped(incident.title), mentionOf(parts.principals)(by)))
  await post(parts, channel, [headline, ...laidOut(markdown)], signal)
}

/** As text: nobody is called again by being named. */
async function namesOf(
  { people }: ActingParts,
  timeline: readonly TimelineEntry[],
  signal: AbortSignal,
): Promise<(name: string) => string> {
  const names = new Map<string, string>()
  for (const name of new Set(timeline.map(({ by }) => by))) names.set(name, await people.nameOf(name, signal))
  return (name) => names.get(name) ?? name
}

/** What was shown during the incident, as far as this principal may see it, each document once. */
async function used(
  parts: ActingParts,
  timeline: readonly TimelineEntry[],
  principal: Principal,
  signal: AbortSignal,
): Promise<UsedDocument[]> {
  const ids = [...new Set(timeline.flatMap(({ cited }) => cited.map(({ passageId }) => passageId)))]
  const found = await parts.passages.load(ids, { principal }, signal)
  const byDocument = Map.groupBy(found, ({ documentId }) => documentId)
  const verified = await parts.documents.verifications([...byDocument.keys()], signal)
  return [...byDocument.values()].flatMap((passages) => {
    const [first] = passages
    if (first === undefined) return []
    const oldest = passages.reduce((old, each) => (each.editedAt < old.editedAt ? each : old), first)
    const freshness = parts.freshnessOf(first.document, oldest.editedAt, verified.get(first.documentId))
    return [{ document: first.document, freshness, passageIds: passages.map(({ id }) => id) }]
  })
}

function laidOut(markdown: string): SlackMessage[] {
  const blocks = inMessages([{ type: 'rich_text', elements: richText(markdown) }])
  return blocks.map((some) => ({ blocks: some, text: fallbackText(markdown) }))
}

async function post(
  { calls }: ActingParts,
  channel: string,
  messages: readonly SlackMessage[],
  signal: AbortSignal,
): Promise<string | undefined> {
  let first: string | undefined
  for (const { text, blocks } of messages) {
    await calls.turnIn(channel, signal)
    const said = { channel, text, blocks, unfurl_links: false, ...(first !== undefined && { thread_ts: first }) }
    const posted = await calls.call('chat.postMessage', (client) => client.chat.postMessage(said), signal, 'once')
    first ??= posted.ts
  }
  return first
}
