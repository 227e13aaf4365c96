import type { Turn } from '#knowledge/conversation-store.ts'
import { ageIn } from '../ages.ts'
import { citationsOf } from '../citing.ts'
import type { Scene } from '../parts.ts'
import { ownReply, type Reply } from '../scene.ts'
import { said } from '../words.ts'
import { spellingIn } from './manner.ts'

/** Says the last answer again, as far as its sources still hold it. */
export async function* repeated(scene: Scene, signal: AbortSignal): Reply {
  const last = scene.earlier.at(-1)
  if (last === undefined) return yield* ownReply(scene, { text: said('nothing-said', scene.lang), abstained: true })
  const citations = await citationsOf(last, scene, signal)
  if (citations.length < last.cited.length) {
    return yield* ownReply(scene, { text: said('changed-since', scene.lang), abstained: true })
  }
  const spoken = spellingIn(last.answer, scene.lang)
  yield* ownReply(scene, { text: last.answer, spoken, citations, abstained: last.abstained })
}

/** Reads what the last answer rests on, word for word, with where it stands and how old it is. */
export async function* readSources(scene: Scene, signal: AbortSignal): Reply {
  const last = scene.earlier.findLast((turn: Turn) => turn.cited.length > 0)
  const citations = last === undefined ? [] : await citationsOf(last, scene, signal)
  if (citations.length === 0) return yield* ownReply(scene, { text: said('no-source', scene.lang), abstained: true })
  const now = scene.parts.clock.now()
  const shown = citations.slice(0, 3).map((citation, at) => ({ ...citation, n: at + 1 }))
  const parts = shown.map(({ n, quote, document, heading, freshness }) => {
    const place = [document.title, ...heading].filter((name, at, all) => all.indexOf(name) === at).join(' › ')
    const age = ageIn(freshness.editedAt, now, scene.lang)
    const head = scene.lang === 'ja' ? `*${place}*（${age}）` : `*${place}* (${age})`
    return { shown: `${head} [${n}]\n\n${quoted(quote)}`, spoken: `${place}, ${age}: ${quote}` }
  })
  yield* ownReply(scene, {
    text: parts.map((part) => part.shown).join('\n\n'),
    spoken: parts[0]?.spoken ?? '',
    citations: shown,
  })
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
}
