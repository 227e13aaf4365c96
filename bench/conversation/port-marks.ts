import type { Search } from '#knowledge/answer.ts'
import type { Llm } from '#providers/llm/llm.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'

/** The machine's steady clock, which all of its processes share, in milliseconds. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export type Mark = (what: ProviderMark['what']) => void

/** What goes through the ports is noted as the providers note it at their ends: between lies the loop's own time. */
export const marked = {
  search:
    (search: Search, mark: Mark): Search =>
    async (...asked) => {
      mark('search-asked')
      const found = await search(...asked)
      mark('search-given')
      return found
    },
  /** @param neededPieces Pieces of a reply until its first sentence has surely ended. */
  llm: (llm: Llm, neededPieces: number, mark: Mark): Llm => ({
    id: llm.id,
    async *reply(...asked) {
      mark('model-asked')
      let pieces = 0
      for await (const piece of llm.reply(...asked)) {
        pieces += 1
        if (pieces === neededPieces) mark('sentence-given')
        yield piece
      }
    },
  }),
  ear: (ear: SpeechToText, mark: Mark): SpeechToText => ({
    id: ear.id,
    async *hear(...asked) {
      for await (const event of ear.hear(...asked)) {
        if (event.kind === 'end-of-turn') mark('heard')
        yield event
      }
    },
  }),
  voice: (voice: TextToSpeech, mark: Mark): TextToSpeech => ({
    id: voice.id,
    sampleRate: voice.sampleRate,
    async *say(text, options, signal) {
      let sounding = false
      for await (const sound of voice.say(firstMarked(text, mark), options, signal)) {
        if (!sounding && sound.samples.length > 0) mark('sound-given')
        sounding ||= sound.samples.length > 0
        yield sound
      }
    },
    [Symbol.asyncDispose]: () => voice[Symbol.asyncDispose](),
  }),
}

async function* firstMarked(text: AsyncIterable<string>, mark: Mark): AsyncGenerator<string> {
  let isFirst = true
  for await (const piece of text) {
    if (isFirst) mark('voice-asked')
    isFirst = false
    yield piece
  }
}
