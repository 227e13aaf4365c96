import { randomUUID } from 'node:crypto'
import type { Question, Search, SearchResult } from '#knowledge/answer.ts'
import type { ConversationStore, Turn } from '#knowledge/conversation-store.ts'
import type { Lang } from '#knowledge/document.ts'
import { earlierTurns } from '#knowledge/earlier-turns.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Principal } from '#knowledge/principal.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { Log } from '#runtime/log.ts'
import { courtesyIn } from '../query/courtesy.ts'
import { withoutFillers } from '../query/fillers.ts'
import { asksAboutAge, asksAboutAgeOf, type Earlier, ownTerms, standaloneQuestion } from './follow-up.ts'
import { rewritten } from './model/rewrite.ts'
import { withoutOrders } from './orders.ts'
import type { DocumentSections } from './siblings.ts'
import { findsItself, type Topical, topical } from './topic.ts'

/** A question as it was understood: safe to store, freed of orders to us, standing on its own. */
export interface Asked {
  /** Secrets masked. */
  question: string
  standalone: string
  lang: Lang
  principal: Principal
  conversationId: string
  /** It asks how old the sources of the last answer are, or a document that it names. */
  aboutAge: boolean
  /** Ids of the passages that the last answer cited. */
  lastCited: readonly string[]
  /** What was found for it, where that had to be known to understand it. */
  found?: SearchResult | undefined
}

const turnsRemembered = 6
/** Longer questions are pasted logs; what is asked stands at one of their ends. */
const longestQuestion = 4000

export async function understood(
  parts: {
    conversations: ConversationStore
    search: Search
    sectionsOf?: DocumentSections | undefined
    llm?: Llm | undefined
    log: Log
  },
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const masked = maskSecrets(bothEnds(question.text)).text
  const text = meant(masked)
  const turns = await earlierTurns(parts, question, turnsRemembered, signal)
  const earlier = turns.length > 0 ? turns : clientsHistory(question)
  const last = earlier.at(-1)
  const aboutLast = last !== undefined && asksAboutAge(text)
  const aboutAge = aboutLast || asksAboutAgeOf(text)
  const before = { earlier, lastCited: citedLast(turns) }
  const { standalone, followsOn, found }: Topical = aboutLast
    ? { standalone: last.standalone, followsOn: false }
    : await topical(parts, text, before, question.principal, signal)
  const byModel =
    followsOn && !isFoundAsItStands(text, found) && parts.llm !== undefined
      ? await rewritten({ ...parts, llm: parts.llm }, text, earlier, signal)
      : undefined
  return {
    question: masked,
    standalone: byModel ?? standalone,
    lang: question.lang ?? detectLang(masked),
    principal: question.principal,
    conversationId: turns[0]?.conversationId ?? randomUUID(),
    aboutAge,
    lastCited: aboutAge && !aboutLast ? [] : before.lastCited,
    found: byModel === undefined ? found : undefined,
  }
}

/**
 * With its topic borrowed it finds a passage that has all of its own words, too: to put it better would cost a request, and
 * the time it takes. The borrowed words alone find something always, so that they tell nothing.
 */
function isFoundAsItStands(text: string, found: SearchResult | undefined): boolean {
  const [best] = found?.passages ?? []
  const own = ownTerms(text)
  if (found === undefined || best === undefined || found.relevance < findsItself || own.length === 0) return false
  const { heading, text: passage } = best.passage
  const known = new Set(termsOf([best.document.title, ...heading, passage].join('\n')))
  return own.every((term) => known.has(term))
}

/** What was said in between without a source, a word of thanks say, is passed over. */
function citedLast(turns: readonly Turn[]): string[] {
  return turns.findLast(({ cited }) => cited.length > 0)?.cited.map(({ passageId }) => passageId) ?? []
}

/** Each earlier question is understood in what came before it, as it was when it was asked. */
function clientsHistory({ history = [] }: Question): Earlier[] {
  const earlier: Earlier[] = []
  for (const { question } of history.slice(-turnsRemembered)) {
    const text = meant(maskSecrets(bothEnds(question)).text)
    earlier.push({ standalone: standaloneQuestion(text, earlier).standalone })
  }
  return earlier
}

/** Without orders to us, and without the courtesies and fillers of speech. */
function meant(masked: string): string {
  const { text } = withoutOrders(masked)
  const { rest } = courtesyIn(text)
  return text === '' ? '' : withoutFillers(rest === '' ? text : rest)
}

function bothEnds(text: string): string {
  if (text.length <= longestQuestion) return text
  return `${text.slice(0, longestQuestion / 2)}\n${text.slice(-longestQuestion / 2)}`
}
