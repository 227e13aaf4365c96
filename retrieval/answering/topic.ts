import type { Search, SearchResult } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import type { Passage } from '#knowledge/passage.ts'
import type { Principal } from '#knowledge/principal.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { type Earlier, ownTerms, standaloneQuestion } from './follow-up.ts'
import type { DocumentSections } from './siblings.ts'

/** A question in its conversation. */
export interface Topical {
  /** So that it can be searched for without its conversation. */
  standalone: string
  /** It leaned on what was said before. */
  followsOn: boolean
  /** What was found for it, where that had to be known already. */
  found?: SearchResult | undefined
}

interface Before {
  /** Oldest first. */
  earlier: readonly Earlier[]
  /** Ids of the passages that the last answer cited. */
  lastCited: readonly string[]
}

interface TopicParts {
  search: Search
  sectionsOf?: DocumentSections | undefined
}

/** An answer needs few passages; contradictions among them show only when the others are seen too. */
export const passagesRead = 12

/** Says that something else is meant now. What it says so with is no part of the question. */
const turnsAway: readonly RegExp[] = [
  /^(?:no[,.]?\s+)?(?:(?:but\s+)?(?:actually|rather|sorry)[,.]?\s+)?(?:i (?:meant|mean|wanted|want to (?:know|ask) about|was asking about|am asking about)|(?:(?:can|could) you )?tell me about|let's (?:talk about|move on to|go to)|(?:the )?next (?:topic|question|thing|one)\s*(?:is|:|,)?|(?:on|to) (?:a different|another) (?:topic|subject|note)[,:]?|(?:another|a different|one more|something) (?:question|thing|topic|else)\s*[:,]|forget (?:that|it)[,.;]?)\s+/i,
  /[,\s]+instead[.?!\s]*$/i,
  /^(?:じゃなくて|そうじゃなくて|そうではなくて|ではなくて|それより(?:も)?|それはそうと|ところで|話は変わ(?:って|る(?:けど|が)|りますが)|別の(?:話|質問)(?:だけど|ですが|で|を)?|次に|次の質問(?:は|です(?:が)?)?)[、,\s]*/,
]

/** Less is not found better. */
const clearlyMore = 0.15
/** So much of a question stands in what was quoted last: it goes on from there. */
const mostlyQuoted = 0.5
/** What finds so much is asked for by its own name. */
export const findsItself = 0.8
const relevantAlone = 0.3
/** What finds less is about nothing that is written anywhere. */
const farFrom = 0.1
/** Words that make a topic of their own; fewer may be said of anything. */
const fewestOfTopic = 2
/** Of so many words a pronoun stands for one of them. */
const fewestOfSentence = 4
const longest = 600

/**
 * What a question is about, told by what the documents have: one that leans on what was said before borrows its topic,
 * unless its own words find something better and nothing of them stands in what was quoted; one that seems to stand on
 * its own borrows it where its words find little, and more with the topic.
 */
export async function topical(
  parts: TopicParts,
  text: string,
  before: Before,
  principal: Principal,
  signal: AbortSignal,
): Promise<Topical> {
  const last = before.earlier.at(-1)
  if (last === undefined || text === '') return { standalone: text, followsOn: false }
  const find = (question: string) => parts.search({ text: question, limit: passagesRead, principal }, signal)
  const turned = turnsAway.reduce((rest, away) => rest.replace(away, ''), text).trim()
  if (turned !== text && ownTerms(turned).length > 0) {
    const found = await find(turned)
    if (found.relevance >= relevantAlone) return { standalone: turned, followsOn: false, found }
  }
  const leaning = standaloneQuestion(text, before.earlier)
  const own = ownTerms(text)
  if (leaning.followsOn && own.length === 0) return leaning
  const alone = await find(text)
  const asAsked = { standalone: text, followsOn: false, found: alone }
  const stands = !leaning.followsOn || (leaning.onlyShort === true && namesPage(own, alone))
  if (stands && alone.relevance >= findsItself) return asAsked
  const borrowed = leaning.followsOn ? leaning.standalone : `${text} (${last.standalone})`.slice(0, longest)
  const together = await find(borrowed)
  const talk = await quotedLast(parts, [alone, together], before.lastCited, principal, signal)
  const asFollowUp = { standalone: borrowed, followsOn: true, found: together }
  const share = {
    passages: shareOf(own, [talk.passageTerms, termsOf(last.standalone)]),
    documents: shareOf(own, [talk.documentTerms, termsOf(last.standalone)]),
  }
  if (!leaning.followsOn) {
    const foundMore = together.relevance >= alone.relevance + clearlyMore
    const isSaid = share.passages >= mostlyQuoted || (alone.relevance < relevantAlone && share.documents > 0)
    return foundMore && isSaid ? asFollowUp : asAsked
  }
  const foundMore = alone.relevance > together.relevance && alone.relevance >= relevantAlone
  if (leaning.pointsBack === true) {
    // "Two hosts think they lead": what is pointed at stands in the question.
    const saysItself = own.length >= fewestOfSentence && alone.relevance >= Math.max(findsItself, together.relevance)
    const isElse = foundMore && share.passages === 0 && share.documents < mostlyQuoted
    return saysItself || isElse ? asAsked : asFollowUp
  }
  // Several words that stand nowhere in what is talked about ask for something else, be it nothing that anybody knows.
  // In another language than the page's they may stand there all the same.
  const mayStand = !talk.langs.has(detectLang(text)) && (own.length === fewestOfTopic || alone.relevance >= farFrom)
  if (own.length >= fewestOfTopic && share.documents === 0 && !mayStand) return asAsked
  if (!foundMore) return asFollowUp
  // Of two ways to ask the same page the one that finds more.
  if (talk.documentIds.has(alone.passages[0]?.document.id ?? '')) return asAsked
  return share.passages === 0 && share.documents < 1 ? asAsked : asFollowUp
}

/** It names what it finds by the title. */
function namesPage(own: readonly string[], { passages: [best] }: SearchResult): boolean {
  const title = new Set(termsOf(best?.document.title ?? ''))
  return own.length > 0 && own.every((term) => title.has(term))
}

function shareOf(terms: readonly string[], known: readonly Iterable<string>[]): number {
  const all = new Set(known.flatMap((each) => [...each]))
  return terms.length === 0 ? 1 : terms.filter((term) => all.has(term)).length / terms.length
}

interface Quoted {
  passageTerms: ReadonlySet<string>
  documentTerms: ReadonlySet<string>
  documentIds: ReadonlySet<string>
  langs: ReadonlySet<Lang>
}

/** What was cited last, and the documents that it stands in. */
async function quotedLast(
  { sectionsOf }: TopicParts,
  results: readonly SearchResult[],
  lastCited: readonly string[],
  principal: Principal,
  signal: AbortSignal,
): Promise<Quoted> {
  const cited = new Set(lastCited)
  const found = results.flatMap((result) => result.passages.map(({ passage }) => passage))
  const quoted = found.filter(({ id }) => cited.has(id))
  const documentIds = new Set(quoted.map(({ documentId }) => documentId))
  const read = await Promise.all([...documentIds].map(async (id) => (await sectionsOf?.(id, principal, signal)) ?? []))
  const sections = read.flatMap((all) => all.map(({ passage }) => passage))
  const pages = sections.length > 0 ? sections : found.filter(({ documentId }) => documentIds.has(documentId))
  return {
    passageTerms: termsIn([...quoted, ...sections.filter(({ id }) => cited.has(id))]),
    documentTerms: termsIn(pages),
    documentIds,
    langs: new Set(pages.map(({ lang }) => lang)),
  }
}

function termsIn(passages: readonly Pick<Passage, 'heading' | 'text'>[]): ReadonlySet<string> {
  return new Set(passages.flatMap(({ heading, text }) => termsOf(`${heading.join(' ')}\n${text}`)))
}
