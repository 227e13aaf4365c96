import type { Incident, IncidentSummary, TimelineEntry } from '#conversation/incidents/incident-memory.ts'
import type { Document, Lang } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { ageBadge } from '../layout/source-line.ts'
import { type IncidentWords, incidentWords } from '../words-incident.ts'

/** A document that was used, and how it stands now. */
export interface UsedDocument {
  document: Document
  freshness: Freshness
  passageIds: readonly string[]
}

export interface Postmortem {
  incident: Incident
  summary: IncidentSummary
  timeline: readonly TimelineEntry[]
  /** Only what every reader may see. */
  documents: readonly UsedDocument[]
  lang: Lang
  now: Date
  /** The name of a principal as people read it. */
  nameOf: (name: string) => string
}

const due = new Set<Freshness['state']>(['aging', 'stale', 'suspect', 'contradicted'])

/** A first draft in Markdown: what is known is filled in, what has to be thought about is left open. */
export function draft({ incident, summary, timeline, documents, lang, now, nameOf }: Postmortem): string {
  const said = incidentWords(lang)
  const own = said.postmortem
  const ended = incident.endedAt ?? now
  const people = [...new Set(timeline.map(({ by }) => by).filter((by) => by !== ''))].map(nameOf)
  const open = (title: string) => `## ${title}\n\n${own.toWrite}`
  return [
    `# ${own.title(incident.title)}`,
    [
      own.lasted(stamp(incident.startedAt), stamp(ended), duration(incident.startedAt, ended)),
      own.people(people.join(', ')),
    ].join(' '),
    `## ${own.summary}\n\n${summedUp(summary, own)}`,
    open(own.impact),
    `## ${own.timeline}\n\n${timeline.map((entry) => `- ${line(entry, said, nameOf)}`).join('\n')}`,
    open(own.cause),
    open(own.well),
    open(own.badly),
    open(own.actions),
    `## ${own.documents}\n\n${toFix({ timeline, documents, lang, now }, own).join('\n')}`,
  ].join('\n\n')
}

/** Whoever made it, people have to look at it. */
function summedUp({ text, provider }: IncidentSummary, own: IncidentWords['postmortem']): string {
  if (text === '') return own.toWrite
  const lines = text.split('\n').map((each) => `- ${each}`)
  return [...lines, '', provider === undefined ? own.fromTimeline : own.byModel].join('\n')
}

export function line(entry: TimelineEntry, said: IncidentWords, nameOf: (name: string) => string): string {
  const who = entry.by === '' ? '' : ` (${nameOf(entry.by)})`
  const what = entry.text === '' ? '' : `: ${entry.text.replace(/\s+/g, ' ').slice(0, 300)}`
  return `**${entry.at.toISOString().slice(11, 16)}** ${said.kinds[entry.kind]}${who}${what}`
}

function toFix(
  { timeline, documents, lang, now }: Pick<Postmortem, 'timeline' | 'documents' | 'lang' | 'now'>,
  own: IncidentWords['postmortem'],
): string[] {
  const outdated = timeline.filter(({ kind }) => kind === 'outdated')
  const isSaid = ({ passageIds }: UsedDocument) =>
    outdated.some(({ cited }) => cited.some(({ passageId }) => passageIds.includes(passageId)))
  const wrong = documents.filter((each) => isSaid(each) || due.has(each.freshness.state))
  const lines = wrong.map((each) => {
    const { document, freshness } = each
    const why = [...(isSaid(each) ? [own.saidOutdated] : []), ageBadge(freshness, now, lang)]
    if (document.owners.length > 0) why.push(own.owner(document.owners.slice(0, 3).join(', ')))
    return `- [${document.title.replace(/[[\]]/g, ' ')}](${document.url}): ${why.join(' · ')}`
  })
  const missing = timeline.filter(({ kind }) => kind === 'unanswered').map(({ text }) => `- ${own.missing(text)}`)
  const all = [...lines, ...new Set(missing)]
  return all.length === 0 ? [own.none] : all
}

function stamp(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ')
}

/** "1 h 20 min". */
function duration(from: Date, to: Date): string {
  const minutes = Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000))
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`
}
