import type { AnswerEvent, AnswerWarning, Ask } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import type { Call } from '#providers/gateway/call.ts'
import type { ProviderHealth } from '#providers/gateway/provider-state.ts'
import { reasonOf, userMessageOf } from '#runtime/errors.ts'
import type { UnrulyServer } from './unruly-server.ts'
import type { UnrulySpeech } from './unruly-speech.ts'

/** A whole Nightdesk on the sample documents, whose providers and stores can be made to fail. */
export interface Stage extends AsyncDisposable {
  readonly primary: UnrulyServer
  /** Asked when the primary fails; absent: there is no other. */
  readonly backup?: UnrulyServer | undefined
  /** Makes the embeddings, where they aren't made in the process. */
  readonly embeddings?: UnrulyServer | undefined
  /** Hears or speaks first, where that is rehearsed. */
  readonly speech?: UnrulySpeech | undefined
  readonly ask: Ask
  /** One turn by voice; absent: turns are taken by `ask`. */
  readonly turn?: ((signal: AbortSignal) => Promise<HeardTurn>) | undefined
  /** Calls to providers since the stage was opened. */
  readonly calls: readonly (Call & { at: number })[]
  /** What was logged as a warning or worse since then. */
  readonly logged: readonly { at: number; sentence: string }[]
  health: () => ProviderHealth[]
  /** Until it is disposed of, that part of the store fails with this error. */
  breakStore: (part: 'passages' | 'turns', error: Error) => Disposable
}

export type StageKind = 'two-models' | 'one-model' | 'no-name' | 'embeddings' | 'ears' | 'one-ear' | 'voices'

/** What whoever asked heard of one turn. */
export interface HeardTurn {
  answer: string
  /** Who wrote it; undefined: it failed, and `apology` is what they were told. */
  provider: string | undefined
  apology?: string | undefined
  warnings: readonly AnswerWarning[]
  /** Until the first words of the answer or of the apology. */
  firstWordsMs: number
  totalMs: number
}

const question = 'What must never be logged?'
/** Asked with one mark more each time, so that nothing answers it from a cache. */
let asked = 0

export async function heardTurn(ask: Ask, signal: AbortSignal): Promise<HeardTurn> {
  const startedAt = performance.now()
  const passed = (): number => performance.now() - startedAt
  let firstWordsMs: number | undefined
  asked += 1
  const text = `${question}${'?'.repeat(asked % 200)}`
  let done: Extract<AnswerEvent, { kind: 'done' }> | undefined
  try {
    for await (const event of ask({ text, mode: 'spoken', lang: 'en', principal: localPrincipal }, signal)) {
      if (event.kind === 'delta') firstWordsMs ??= passed()
      if (event.kind === 'done') done = event
    }
  } catch (error) {
    signal.throwIfAborted()
    return {
      answer: '',
      provider: undefined,
      apology: `${userMessageOf(error)} (${reasonOf(error)})`,
      warnings: [],
      firstWordsMs: passed(),
      totalMs: passed(),
    }
  }
  return {
    answer: done?.answer.answer ?? '',
    provider: done?.answer.provider,
    warnings: done?.answer.warnings ?? [],
    firstWordsMs: firstWordsMs ?? passed(),
    totalMs: passed(),
  }
}

/** Sentences of an answer that are said more than once. */
export function saidTwice(answer: string): string[] {
  const sentences = answer
    .split(/(?<=[.!?。])\s+|\n+/)
    .map((sentence) =>
      sentence
        .replace(/\[\d+\]/g, '')
        .replace(/\W+/g, ' ')
        .trim(),
    )
    .filter((sentence) => sentence.length > 20)
  return sentences.filter((sentence, at) => sentences.indexOf(sentence) !== at)
}
