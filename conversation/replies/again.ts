import type { Answer } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import { ageIn } from '../ages.ts'
import { citationsOf } from '../citing.ts'
import { type Command, commandIn } from '../commands.ts'
import { lastCitations } from '../last-said.ts'
import type { Scene } from '../parts.ts'
import { oursId, ownReply, type Reply } from '../scene.ts'
import { said } from '../words.ts'
import { spellingIn } from './manner.ts'
import { answered } from './question.ts'

/** Who says these wants nothing told: what was said before them is what is asked for again. */
const manners = new Set<Command['name'] | undefined>(['stop', 'slower', 'faster', 'goodbye'])

/**
 * Says the last answer again, as far as its sources still hold it, from its beginning to its end, also where it was
 * interrupted: who asks for it again has not got what they needed of it.
 */
export async function* repeated(scene: Scene, signal: AbortSignal): Reply {
  const stored = scene.earlier.findLast(({ question }) => !manners.has(commandIn(question)?.name))
  if (stored === undefined) return yield* ownReply(scene, { text: said('nothing-said', scene.lang), abstained: true })
  const cut = scene.cutShort?.(stored.traceId)
  // It was not written yet when it was interrupted, or nothing of it was heard.
  if ((cut !== undefined && cut.answer === undefined) || (cut === undefined && stored.answer.trim() === '')) {
    yield { kind: 'streaming' }
    return yield* answered({ ...scene, said: stored.standalone, lang: stored.lang }, undefined, signal)
  }
  const last = cut?.answer === undefined ? stored : wholeOf(stored, cut.answer)
  const citations = await citationsOf(last, scene, signal)
  if (citations.length < last.cited.length) {
    return yield* ownReply(scene, { text: said('changed-since', scene.lang), abstained: true })
  }
  const spoken = spellingIn(last.answer, scene.lang) ?? cut?.answer?.spoken
  yield* ownReply(scene, { text: last.answer, spoken, citations, abstained: last.abstained })
}

function wholeOf(turn: Turn, { answer, abstained, citations }: Answer): Turn {
  return { ...turn, answer, abstained, cited: citations.map(({ passageId, quote }) => ({ passageId, quote })) }
}

/** Reads what the last answer rests on, word for word, with where it stands and how old it is. */
export async function* readSources(scene: Scene, signal: AbortSignal): Reply {
  const citations = await lastCitations(scene, signal)
  if (citations.length === 0) return yield* ownReply(scene, { text: said('no-source', scene.lang), abstained: true })
  const now = scene.parts.clock.now()
  const shown = citations.slice(0, 3).map((citation, at) => ({ ...citation, n: at + 1 }))
  const parts = shown.map(({ n, quote, document, heading, freshness }) => {
    const place = [document.title, ...heading].filter((name, at, all) => all.indexOf(name) === at).join(' › ')
    const age = ageIn(freshness.editedAt, now, scene.lang)
    const head = `${scene.lang === 'ja' ? `*${place}*（${age}）` : `*${place}* (${age})`} [${n}]`
    return { head, shown: `${head}\n\n${quote}`, spoken: `${place}, ${age}: ${quote}` }
  })
  scene.reads.read([{ id: oursId, text: parts.map(({ head }) => head).join('\n') }])
  yield* ownReply(scene, {
    text: parts.map((part) => part.shown).join('\n\n'),
    spoken: parts[0]?.spoken ?? '',
    citations: shown,
  })
}
