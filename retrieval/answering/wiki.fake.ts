import { freshnessRules } from '#freshness/rules.ts'
import { freshnessOf } from '#freshness/state.ts'
import type { Answer, AnswerEvent, Question, RankedPassage, Search } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { fakeDocument, fakePassage } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type AnsweringParts, createAnswering } from '../answering.ts'

const now = new Date('2026-06-01T00:00:00Z')
const ongoing = new AbortController().signal

/** A section of a wiki for tests. */
export interface Section {
  text: string
  /** The document; its path is made from it. Default `Redis runbook`. */
  title?: string
  heading?: string
  edited?: string
  path?: string
  owners?: readonly string[]
  kind?: Document['kind']
  suspicious?: boolean
  verified?: { by: string; at: string }
}

const rules = freshnessRules({})

/** Passages for these sections, ranked as they stand. */
export function passagesOf(sections: readonly Section[]): RankedPassage[] {
  return sections.map((section, at) => {
    const { title = 'Redis runbook', heading = 'Overview', text, edited = '2026-05-01', kind = 'page' } = section
    const editedAt = new Date(edited)
    const lang = detectLang(text)
    const path = section.path ?? `${title.toLowerCase().replaceAll(' ', '-')}.md`
    const document = fakeDocument({ id: path, title, path, kind, lang, editedAt, owners: section.owners ?? [] })
    const verification =
      section.verified === undefined
        ? undefined
        : { documentId: path, by: section.verified.by, at: new Date(section.verified.at) }
    return {
      rank: at + 1,
      score: 0.9 ** (at + 1),
      passage: {
        ...fakePassage({ id: `${path}#${heading}#${at}`, documentId: path, text, lang, editedAt }),
        heading: [heading],
        fromLine: at * 100 + 1,
        toLine: at * 100 + text.split('\n').length,
        kind: kind === 'alert' ? 'alert' : 'prose',
        suspicious: section.suspicious ?? false,
      },
      document,
      freshness: freshnessOf({ passageEditedAt: editedAt, document, verification, rules, now }),
    }
  })
}

/** Finds sections by the words they share with the question; none: nothing is relevant. */
function wordSearch(sections: readonly Section[]): Search & { asked: string[] } {
  const asked: string[] = []
  const search: Search = async ({ text }) => {
    asked.push(text)
    const terms = new Set(termsOf(text))
    const scored = passagesOf(sections)
      .map((passage) => {
        const own = new Set(
          termsOf(`${passage.document.title}\n${passage.passage.heading.join('\n')}\n${passage.passage.text}`),
        )
        return { ...passage, score: [...terms].filter((term) => own.has(term)).length / Math.max(1, terms.size) }
      })
      .toSorted((a, b) => b.score - a.score)
      .map((passage, at) => ({ ...passage, rank: at + 1 }))
    const relevant = (scored[0]?.score ?? 0) >= 0.15
    return { passages: scored, relevance: relevant ? 0.9 : 0.1, relevant, timingsMs: {}, warnings: [] }
  }
  return Object.assign(search, { asked })
}

/** Answering over these sections. */
export function answeringOver(sections: readonly Section[], more: Partial<AnsweringParts> = {}) {
  const search = wordSearch(sections)
  const conversations = new MemoryConversations()
  const ask = createAnswering({ search, conversations, clock: fixedClock(now), log: silentLog, ...more })
  const events = async (question: string | Partial<Question>): Promise<AnswerEvent[]> => {
    const given = typeof question === 'string' ? { text: question } : question
    return await Array.fromAsync(ask({ text: '', mode: 'text', principal: localPrincipal, ...given }, ongoing))
  }
  const answer = async (question: string | Partial<Question>): Promise<Answer> => {
    const last = (await events(question)).at(-1)
    if (last?.kind !== 'done') throw new Error('no answer')
    return last.answer
  }
  return { ask, answer, events, search, conversations }
}
