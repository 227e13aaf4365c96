import type { RankedPassage, Search } from '#knowledge/answer.ts'
import type { ConversationStore, Turn } from '#knowledge/conversation-store.ts'
import type { Passage } from '#knowledge/passage.ts'
import { maySee, type Principal } from '#knowledge/principal.ts'
import type { Verdict } from './events.ts'

/** What the answering of one turn is handed, so that the loop sees what it read and decides itself what is remembered. */
export interface AnsweringTurn {
  search: Search
  /** Takes a turn in without storing it. */
  conversations: ConversationStore
  /** Must be told of all that is read beside the search. */
  read: (passages: readonly Pick<Passage, 'id' | 'text'>[]) => void
}

/** What was read and found out while a turn was answered. */
export interface TurnReads extends AnsweringTurn {
  /** Passages that were read, the texts of one id together. */
  passages: () => { id: string; text: string }[]
  /** Owners and names of the documents found: words of ours may name them. */
  found: () => readonly RankedPassage[]
  /** What was searched for, which is the question as it was understood; undefined before that. */
  searchedFor: () => string | undefined
  /** The turn as the answering would have stored it. */
  turn: () => Turn | undefined
  verdicts: () => readonly Verdict[]
}

/** Watches a turn's reading; nothing outside the principal's audiences gets through, whatever the search gave. */
export function watchedReads(
  { search, conversations }: { search: Search; conversations: ConversationStore },
  principal: Principal,
): TurnReads {
  const texts = new Map<string, string>()
  const found: RankedPassage[] = []
  const verdicts: Verdict[] = []
  let searchedFor: string | undefined
  let made: Turn | undefined
  const read: TurnReads['read'] = (passages) => {
    for (const { id, text } of passages) {
      const known = texts.get(id)
      if (known?.includes(text) !== true) texts.set(id, known === undefined ? text : `${known}\n${text}`)
    }
  }
  return {
    read,
    search: async (query, signal) => {
      searchedFor = query.text
      const result = await search(query, signal)
      const visible = result.passages.filter(({ document }) => maySee(principal, document.audience))
      verdicts.push(...retrievalVerdicts(result.passages.length - visible.length, visible))
      for (const { passage, copies = [] } of visible) read([passage, ...copies.map((copy) => copy.passage)])
      found.push(...visible)
      return { ...result, passages: visible }
    },
    conversations: {
      addTurn: async (turn) => {
        made = turn
      },
      turns: (...asked) => conversations.turns(...asked),
      turn: (...asked) => conversations.turn(...asked),
      addFeedback: (...asked) => conversations.addFeedback(...asked),
      feedback: (...asked) => conversations.feedback(...asked),
      reviseAnswer: (...asked) => conversations.reviseAnswer(...asked),
      savePosition: (...asked) => conversations.savePosition(...asked),
      position: (...asked) => conversations.position(...asked),
      forgetTurn: (...asked) => conversations.forgetTurn(...asked),
      forget: (...asked) => conversations.forget(...asked),
      forgetBefore: (...asked) => conversations.forgetBefore(...asked),
      [Symbol.asyncDispose]: async () => {},
    },
    passages: () => [...texts].map(([id, text]) => ({ id, text })),
    found: () => found,
    searchedFor: () => searchedFor,
    turn: () => made,
    verdicts: () => verdicts,
  }
}

function retrievalVerdicts(hidden: number, visible: readonly RankedPassage[]): Verdict[] {
  const suspicious = visible.filter(({ passage }) => passage.suspicious).length
  return [
    ...(hidden === 0 ? [] : [verdict('audience', 'blocked', `${hidden} passages are not for this principal`)]),
    ...(suspicious === 0
      ? []
      : [verdict('suspicious-passage', 'noted', `${suspicious} passages try to give orders; they stay data`)]),
  ]
}

function verdict(guardrail: string, outcome: Verdict['outcome'], reason: string): Verdict {
  return { stage: 'retrieval', guardrail, outcome, reason }
}
