import type { Scene } from '../parts.ts'
import { ownReply, type ReplyPiece } from '../scene.ts'
import { spelled } from '../speech/letters.ts'
import { said } from '../words.ts'

const step = 0.15
const slowest = 0.6
const fastest = 1.5

/** Speaks slower or faster from now on. */
export function* paced(scene: Scene, slower: boolean): Generator<ReplyPiece> {
  const pace = Math.min(fastest, Math.max(slowest, scene.position.pace + (slower ? -step : step)))
  yield { kind: 'position', position: { ...scene.position, pace: Math.round(pace * 100) / 100 } }
  yield* ownReply(scene, { text: said(slower ? 'slower' : 'faster', scene.lang) })
}

/** Spells the command or the name that was said last, so that it can be typed. */
export function* spelledOut(scene: Scene): Generator<ReplyPiece> {
  const last = scene.earlier.at(-1)?.answer ?? ''
  const name =
    /^[ \t]*(?:`{3,}|~{3,}).*\n([\s\S]*?)\n[ \t]*(?:`{3,}|~{3,})/m.exec(last)?.[1]?.split('\n')[0] ??
    last.match(/`([^`\n]+)`/)?.[1] ??
    last.match(/[\w.-]*[\d_./-][\w./-]+/)?.[0]
  if (name === undefined) return yield* ownReply(scene, { text: said('nothing-to-spell', scene.lang), abstained: true })
  yield* ownReply(scene, { text: `\`${name.trim()}\``, spoken: spelled(name.trim(), scene.lang) })
}

export function* quiet(scene: Scene): Generator<ReplyPiece> {
  yield* ownReply(scene, { text: said('quiet', scene.lang) })
}

export function* farewell(scene: Scene): Generator<ReplyPiece> {
  yield { kind: 'position', position: { ...scene.position, state: 'closing', previous: [] } }
  yield* ownReply(scene, { text: said('goodbye', scene.lang) })
}
