import type { AnswerEvent, Question } from '#knowledge/answer.ts'
import type { Scene } from '../parts.ts'
import { SpeculativeAnswer } from '../speculation.ts'

/** The question of a scene, as answering is asked it. */
function questionOf(
  scene: Pick<
    Scene,
    'said' | 'lang' | 'mode' | 'shownOn' | 'principal' | 'history' | 'earlier' | 'conversationId' | 'traceId'
  >,
): Question {
  return {
    text: scene.said,
    lang: scene.lang,
    mode: scene.mode,
    shownOn: scene.shownOn,
    principal: scene.principal,
    traceId: scene.traceId,
    ...(scene.earlier.length > 0 ? { conversationId: scene.conversationId } : { history: scene.history }),
  }
}

/** The documents' answer, begun before it is known to be wanted. */
export function answerBegun(scene: Scene): SpeculativeAnswer {
  const ask = scene.parts.answering(scene.reads)
  return new SpeculativeAnswer({ question: questionOf(scene), ask, reads: scene.reads, depth: 'answer' })
}

/** The documents' answer: the one that was begun before the turn ended, if there is one, else a new one. */
export function answered(
  scene: Scene,
  begun: SpeculativeAnswer | undefined,
  signal: AbortSignal,
): AsyncIterable<AnswerEvent> {
  return begun === undefined ? scene.parts.answering(scene.reads)(questionOf(scene), signal) : begun.adopt(signal)
}
