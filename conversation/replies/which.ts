import type { Lang } from '#knowledge/document.ts'
import type { AskedBack } from '../asked-back.ts'
import type { Scene } from '../parts.ts'
import { namesId, ownReply, type ReplyPiece } from '../scene.ts'

/** Asks which name was meant rather than guess it; the next turn answers. */
export function* askedWhich(
  scene: Scene,
  { question, heard, candidates }: Pick<AskedBack, 'question' | 'heard' | 'candidates'>,
): Generator<ReplyPiece> {
  const { lang, traceId } = scene
  scene.reads.read([{ id: namesId, text: candidates.join('\n') }])
  const askedBack: AskedBack = { traceId, question, heard, candidates: [...candidates], lang }
  yield { kind: 'position', position: { ...scene.position, askedBack } }
  yield* ownReply(scene, { text: whichOf(candidates, lang), abstained: true })
}

/** "Did you mean X or Y?" */
function whichOf(candidates: readonly string[], lang: Lang): string {
  const last = candidates.at(-1) ?? ''
  const others = candidates.slice(0, -1)
  if (lang === 'ja') {
    const [only = ''] = candidates
    return others.length === 0
      ? `聞き取りに自信がありません。${only} のことですか？`
      : `聞き取りに自信がありません。${others.join('、')}、それとも ${last} ですか？`
  }
  return others.length === 0 ? `Did you mean ${last}?` : `Did you mean ${others.join(', ')} or ${last}?`
}
