import type { SpeechParts } from '#conversation/parts.ts'
import { shippedLexicon } from '#conversation/speech/lexicon.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Providers } from './providers.ts'

export type OpenedSpeech = SpeechParts & AsyncDisposable

/**
 * Deepgram and Cartesia where they are configured; the voice of this machine otherwise, which can't hear, and where
 * Cartesia breaks off.
 */
export async function openSpeech(
  { env }: Config,
  { gatewayParts, pools }: Pick<Providers, 'gatewayParts' | 'pools'>,
): Promise<OpenedSpeech> {
  const ear = await openEar(env)
  const toText = ear && createSpeechToTextGateway([ear], gatewayParts)
  const toSpeech = createTextToSpeechGateway(await openVoices(env), gatewayParts)
  if (toText !== undefined) pools.push(toText.pool)
  pools.push(toSpeech.pool)
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

async function openVoices({
  CARTESIA_API_KEY: apiKey,
  CARTESIA_BASE_URL: baseUrl,
  CARTESIA_VOICE_ID: voiceId,
}: Config['env']): Promise<TextToSpeech[]> {
  const { EspeakTextToSpeech } = await import('#providers/text-to-speech/espeak/espeak-text-to-speech.ts')
  const local = new EspeakTextToSpeech()
  if (apiKey === undefined) return [local]
  if (voiceId === undefined) {
    throw new ConfigError(
      '  CARTESIA_VOICE_ID: must name a voice when CARTESIA_API_KEY is set (play.cartesia.ai/voices lists them)',
    )
  }
  const { CartesiaTextToSpeech } = await import('#providers/text-to-speech/cartesia/cartesia-text-to-speech.ts')
  return [new CartesiaTextToSpeech({ apiKey, baseUrl, voiceId }), local]
}
