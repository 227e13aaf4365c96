import type { SpeechParts } from '#conversation/parts.ts'
import { shippedLexicon } from '#conversation/speech/lexicon.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'

export type OpenedSpeech = SpeechParts & AsyncDisposable

/** Deepgram and Cartesia where they are configured; the voice of this machine otherwise, which can't hear. */
export async function openSpeech({ env }: Config): Promise<OpenedSpeech> {
  const toText = await openEar(env)
  const toSpeech = await openVoice(env)
  return {
    ...(toText === undefined ? {} : { toText }),
    toSpeech,
    lexicon: shippedLexicon(),
    [Symbol.asyncDispose]: () => toSpeech[Symbol.asyncDispose](),
  }
}

async function openEar({ DEEPGRAM_API_KEY: apiKey, DEEPGRAM_BASE_URL: baseUrl }: Config['env']) {
  if (apiKey === undefined) return undefined
  const { DeepgramSpeechToText } = await import('#providers/speech-to-text/deepgram/deepgram-speech-to-text.ts')
  return new DeepgramSpeechToText({ apiKey, baseUrl })
}

async function openVoice({
  CARTESIA_API_KEY: apiKey,
  CARTESIA_BASE_URL: baseUrl,
  CARTESIA_VOICE_ID: voiceId,
}: Config['env']) {
  if (apiKey === undefined) {
    const { EspeakTextToSpeech } = await import('#providers/text-to-speech/espeak/espeak-text-to-speech.ts')
    return new EspeakTextToSpeech()
  }
  if (voiceId === undefined) {
    throw new ConfigError(
      '  CARTESIA_VOICE_ID: must name a voice when CARTESIA_API_KEY is set (play.cartesia.ai/voices lists them)',
    )
  }
  const { CartesiaTextToSpeech } = await import('#providers/text-to-speech/cartesia/cartesia-text-to-speech.ts')
  return new CartesiaTextToSpeech({ apiKey, baseUrl, voiceId })
}
