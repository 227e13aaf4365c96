import type { Answer, RankedPassage, Search } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { detectLang } from '#knowledge/language.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { fakeDocument, fakePassage } from '#knowledge/passage.fake.ts'
import { localPrincipal, maySee, type Principal } from '#knowledge/principal.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { createAnswering } from '#retrieval/answering.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { Conversation } from './conversation.ts'
import type { ConversationOptions } from './conversation-options.ts'
import type { ConversationEvent, ConversationInput } from './events.ts'
import type { ConversationParts, Reading, SpeechParts } from './parts.ts'
import { parseLexicon } from './speech/lexicon.ts'

const now = new Date('2026-06-01T00:00:00Z')
const ongoing = new AbortController().signal

/** A section of a wiki for tests. */
export interface Section {
  text: string
  /** The document; its path is made from it. Default `Redis runbook`. */
  title?: string
  heading?: string
  owners?: readonly string[]
  audience?: readonly string[]
  suspicious?: boolean
  /** Default `fresh`. */
  state?: Freshness['state']
}

export const redisWiki: readonly Section[] = [
  {
    heading: 'Fail over',
    text: 'Fail over Redis by hand when Sentinel does not.\n\n1. Check the replicas: `redis-cli info replication`\n2. Promote one: `redis-cli failover to 10.0.0.7 6379`\n3. Watch the lag for 5 minutes.',
    owners: ['@data'],
  },
  {
    heading: 'Memory',
    text: 'Redis evicts keys at 12 GB. Raise maxmemory with `redis-cli config set maxmemory 16gb`.',
  },
  {
    title: 'Kafka runbook',
    heading: 'Lag',
    text: 'Consumer lag above 5000 pages the streaming team.',
    owners: ['@streaming'],
  },
]

/** What an answer has beside its words, where nothing is said of it. */
export const emptyAnswer: Omit<Answer, 'answer' | 'spoken' | 'traceId'> = {
  abstained: false,
  confidence: 1,
  lang: 'en',
  citations: [],
  warnings: [],
  conversationId: '',
  provider: 'scripted',
  timingsMs: {},
  costUsd: 0,
}

/** As a search finds them. */
export function rankedPassages(sections: readonly Section[]): RankedPassage[] {
  return sections.map((section, at) => {
    const { title = 'Redis runbook', heading = 'Overview', text } = section
    const id = `${title.toLowerCase().replaceAll(' ', '-')}.md`
    const lang = detectLang(text)
    const editedAt = new Date('2026-05-01T00:00:00Z')
    const owners = sections.find(
      (each) => (each.title ?? 'Redis runbook') === title && each.owners !== undefined,
    )?.owners
    const document = fakeDocument({
      id,
      title,
      path: id,
      lang,
      editedAt,
      owners: owners ?? [],
      audience: section.audience ?? [],
    })
    const ordinal = sections.slice(0, at).filter((each) => (each.title ?? 'Redis runbook') === title).length
    const passage = {
      ...fakePassage({ id: `${id}#${ordinal}`, documentId: id, text, lang, editedAt, ordinal }),
      heading: [heading],
      suspicious: section.suspicious ?? false,
    }
    return { rank: at + 1, score: 0.9 ** (at + 1), passage, document, freshness: fresh(document, section.state) }
  })
}

function fresh({ editedAt }: Document, state: Freshness['state'] = 'fresh'): Freshness {
  return { state, editedAt, documentEditedAt: editedAt, reasons: [], brokenReferences: [], contradictedBy: [] }
}

/** Finds sections by the words that they share with the question. */
function wordSearch(sections: readonly Section[]): Search & { asked: string[] } {
  const asked: string[] = []
  const search: Search = async ({ text, principal }, signal) => {
    signal.throwIfAborted()
    asked.push(text)
    const terms = new Set(termsOf(text))
    const scored = rankedPassages(sections)
      .filter(({ document }) => maySee(principal, document.audience))
      .map((passage) => {
        const own = new Set(
          termsOf([passage.document.title, ...passage.passage.heading, passage.passage.text].join('\n')),
        )
        return { ...passage, score: [...terms].filter((term) => own.has(term)).length / Math.max(1, terms.size) }
      })
      .toSorted((one, other) => other.score - one.score)
      .map((passage, at) => ({ ...passage, rank: at + 1 }))
    const relevant = (scored[0]?.score ?? 0) >= 0.15
    return { passages: scored, relevance: relevant ? 0.9 : 0.1, relevant, timingsMs: {}, warnings: [] }
  }
  return Object.assign(search, { asked })
}

function readingOf(sections: readonly Section[]): Reading {
  const visible = (principal: Principal) =>
    rankedPassages(sections).filter(({ document }) => maySee(principal, document.audience))
  return {
    passages: async (ids, principal) => {
      const known = new Map(visible(principal).map((each) => [each.passage.id, each]))
      return ids.flatMap((id) => known.get(id) ?? [])
    },
    document: async (id, principal) => {
      const passages = visible(principal).filter(({ document }) => document.id === id)
      const [first] = passages
      return first === undefined ? undefined : { document: first.document, passages }
    },
  }
}

/** Parts over these sections, with the real answering; waiting takes no time unless it's handed in. */
export function fakeParts(
  sections: readonly Section[],
  { speech, ...more }: Partial<Omit<ConversationParts, 'speech'>> & { speech?: Partial<SpeechParts> } = {},
) {
  const search = wordSearch(sections)
  const conversations = new MemoryConversations()
  let ids = 0
  const clock = fixedClock(now)
  const parts: ConversationParts = {
    answering: (turn) =>
      createAnswering({
        search: turn.search,
        conversations: turn.conversations,
        llm: more.llm,
        clock,
        log: silentLog,
      }),
    search,
    reading: readingOf(sections),
    conversations,
    clock,
    wait: never,
    newId: () => `id-${++ids}`,
    log: silentLog,
    ...more,
    ...(speech === undefined ? {} : { speech: { lexicon: parseLexicon(''), ...speech } }),
  }
  return Object.assign(parts, { asked: search.asked, clock })
}

/** Waits until it's told to stop. */
export function never(_: number, signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

export async function* given(...inputs: (ConversationInput | string)[]): AsyncGenerator<ConversationInput> {
  for (const input of inputs) yield typeof input === 'string' ? { kind: 'text', text: input } : input
}

/** All that happens when these are said one after the other. */
export async function talk(
  parts: ConversationParts,
  inputs: readonly (ConversationInput | string)[],
  options: Partial<ConversationOptions> = {},
): Promise<ConversationEvent[]> {
  const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'text', ...options })
  return await Array.fromAsync(conversation.turns(given(...inputs), ongoing))
}

/** What was answered in each turn, in full. */
export function answersIn(events: readonly ConversationEvent[]) {
  return events.flatMap((event) => (event.kind === 'done' ? [event.answer] : []))
}
