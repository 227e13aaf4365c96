import { Conversation } from '#conversation/conversation.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { ConversationParts } from '#conversation/parts.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { Call, ProviderKind } from '#providers/gateway/call.ts'
import { reasonOf, userMessageOf } from '#runtime/errors.ts'
import type { HeardTurn } from './stage.ts'

const rate = 16_000
const frame = 320
/** As long as a short question. */
const frames = 60

/** Sound as loud as speech, all at once; then the speaker is done. */
async function* spokenQuestion(): AsyncGenerator<ConversationInput> {
  for (let at = 0; at < frames; at++) {
    const samples = Int16Array.from(
      { length: frame },
      (_, k) => 6000 * Math.sin((2 * Math.PI * 220 * (at * frame + k)) / rate),
    )
    yield { kind: 'audio', samples, sampleRate: rate }
  }
  yield { kind: 'speech-end' }
}

export interface SpokenStage {
  parts: ConversationParts
  /** Which kind of provider is rehearsed: the turn is told by whom of them it was served. */
  kind: ProviderKind
  calls: readonly Call[]
}

/** One turn by voice, from the end of the question to the end of the answer. */
export async function spokenTurn({ parts, kind, calls }: SpokenStage, signal: AbortSignal): Promise<HeardTurn> {
  const before = calls.length
  const startedAt = performance.now()
  const passed = (): number => performance.now() - startedAt
  const turn: HeardTurn = { answer: '', provider: undefined, warnings: [], firstWordsMs: 0, totalMs: 0 }
  let firstWordsMs: number | undefined
  try {
    const conversation = new Conversation(parts, { principal: localPrincipal, mode: 'spoken', lang: 'en' })
    for await (const event of conversation.turns(spokenQuestion(), signal)) {
      if (event.kind === 'audio' && event.samples.length > 0) firstWordsMs ??= passed()
      if (event.kind === 'apology' || event.kind === 'notice') {
        firstWordsMs ??= passed()
        turn.apology = event.text
      }
      if (event.kind === 'done') turn.answer = event.answer.answer
    }
  } catch (error) {
    signal.throwIfAborted()
    turn.apology = `${userMessageOf(error)} (${reasonOf(error)})`
  }
  const served = calls.slice(before).findLast((call) => call.kind === kind && call.outcome === 'good')
  return { ...turn, provider: served?.provider, firstWordsMs: firstWordsMs ?? passed(), totalMs: passed() }
}
