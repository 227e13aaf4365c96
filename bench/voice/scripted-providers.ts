import { setTimeout as pause } from 'node:timers/promises'
import type { Search } from '#knowledge/answer.ts'
import { durationMs } from '#providers/audio/pcm.ts'
import type { Llm } from '#providers/llm/llm.ts'
import { nothingHeard, type SpeechToText, type Transcript } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import { type Mark, steadyMs } from '../conversation/port-marks.ts'
import { redisPassages } from '../conversation/redis-passage.ts'
import { type SpokenScript, tokensOf } from '../stand-ins/spoken-script.ts'

export interface ScriptedProviders {
  ear: SpeechToText
  search: Search
  model: Llm
  voice: TextToSpeech
}

const soundRate = 24_000
const pieceMs = 100
/** Root mean square of PCM16 above which somebody speaks. */
const voicedAbove = 200

/**
 * Recogniser, search, model and voice as objects in this process, as LiveKit's drivers have them, with the same delays as
 * the servers have that speak the providers' protocols. What they are asked and give they note themselves.
 */
export function scriptedProviders(script: SpokenScript, mark: Mark): ScriptedProviders {
  return {
    ear: scriptedEar(script, mark),
    search: async (_, signal) => {
      mark('search-asked')
      await until(steadyMs() + script.searchMs, signal)
      mark('search-given')
      return { passages: redisPassages(), relevance: 0.9, relevant: true, timingsMs: {}, warnings: [] }
    },
    model: scriptedModel(script, mark),
    voice: scriptedVoice(script, mark),
  }
}

/** Its words come while there is sound, one after the other, and are final as soon as the speaker is said to be done. */
function scriptedEar({ words, wordMs }: SpokenScript, mark: Mark): SpeechToText {
  const transcriptOf = (count: number): Transcript =>
    count === 0 ? nothingHeard : { text: words.slice(0, count).join(' '), words: [], confidence: 0.98 }
  return {
    id: 'scripted-ear',
    async *hear(audio, { sampleRate }, signal) {
      yield { kind: 'connected' }
      let voicedMs = 0
      let told = 0
      for await (const heard of audio) {
        signal.throwIfAborted()
        if (heard.kind === 'flush') {
          mark('heard')
          const transcript = transcriptOf(voicedMs === 0 ? 0 : words.length)
          voicedMs = 0
          told = 0
          yield { kind: 'end-of-turn', transcript, cause: 'flush' }
          continue
        }
        if (levelOf(heard.samples) > voicedAbove) voicedMs += durationMs(heard.samples.length, sampleRate)
        const count = Math.min(words.length, Math.floor(voicedMs / wordMs))
        if (count <= told) continue
        told = count
        yield { kind: 'interim', transcript: transcriptOf(count) }
      }
    },
  }
}

function scriptedModel({ firstTokenMs, tokenMs, sentences }: SpokenScript, mark: Mark): Llm {
  const tokens = tokensOf(sentences.join(' '))
  const needed = tokensOf(sentences[0] ?? '').length
  return {
    id: 'scripted-model',
    async *reply(_, __, signal) {
      mark('model-asked')
      const askedAt = steadyMs()
      for (const [at, text] of tokens.entries()) {
        await until(askedAt + firstTokenMs + at * tokenMs, signal)
        if (at === needed) mark('sentence-given')
        yield { kind: 'text', text }
      }
      yield { kind: 'end', reason: 'stop', model: 'scripted-model' }
    },
  }
}

/** Each text is a hum of a fixed length, given faster than it is heard. */
function scriptedVoice({ firstSoundMs, soundMs, betweenSoundsMs }: SpokenScript, mark: Mark): TextToSpeech {
  return {
    id: 'scripted-voice',
    sampleRate: soundRate,
    async *say(texts, _, signal) {
      let saidMs = 0
      let at = 0
      for await (const text of texts) {
        const words = text.split(/\s+/).filter((word) => word !== '')
        if (words.length === 0) continue
        if (saidMs === 0) mark('voice-asked')
        at = Math.max(at, steadyMs() + firstSoundMs)
        const wordMs = soundMs / words.length
        let told = words.map((word, nth) => ({
          text: word,
          fromMs: saidMs + nth * wordMs,
          toMs: saidMs + (nth + 1) * wordMs,
        }))
        for (let ms = 0; ms < soundMs; ms += pieceMs) {
          await until(at, signal)
          if (saidMs === 0 && ms === 0) mark('sound-given')
          yield { samples: hum(Math.min(pieceMs, soundMs - ms)), words: told }
          told = []
          at += betweenSoundsMs
        }
        saidMs += soundMs
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** By the clock, so that timers that are late don't add up. */
async function until(at: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const ms = at - steadyMs()
  if (ms > 0) await pause(ms, undefined, { signal })
}

/** A voice that says nothing is taken for one that fails. */
const piece = Int16Array.from({ length: (pieceMs * soundRate) / 1000 }, (_, at) => 3000 * Math.sin((Math.PI * at) / 60))

function hum(lengthMs: number): Int16Array {
  return piece.slice(0, (lengthMs * soundRate) / 1000)
}

function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample ** 2
  return Math.sqrt(sum / Math.max(1, samples.length))
}
