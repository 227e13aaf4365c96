import { resolve } from 'node:path'
import type { SpeechParts } from '#conversation/parts.ts'
import { shippedLexicon } from '#conversation/speech/lexicon.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import type { SpeechToText } from '#providers/speech-to-text/speech-to-text.ts'
import type { TextToSpeech } from '#providers/text-to-speech/text-to-speech.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Providers } from './providers.ts'

export type OpenedSpeech = SpeechParts & AsyncDisposable

type Settings = Config['settings']['speech']
type RecogniserSetting = NonNullable<Settings['recognisers']>[number]
type VoiceSetting = NonNullable<Settings['voices']>[number]

/**
 * Recognisers and voices in the order of the settings; without any, Deepgram and Cartesia where their keys are set. The
 * voice of this machine comes last, so that there is always one.
 */
export async function openSpeech(
  { env, settings: { speech }, settingsDir }: Config,
  { gatewayParts, pools }: Pick<Providers, 'gatewayParts' | 'pools'>,
): Promise<OpenedSpeech> {
  const ears = await Promise.all(recognisersIn(speech, env).map((setting) => openEar(setting, env, settingsDir)))
  const voices = await Promise.all(voicesIn(speech, env).map((setting) => openVoice(setting, env, settingsDir)))
  const toText = ears.length === 0 ? undefined : createSpeechToTextGateway(ears, gatewayParts)
  const toSpeech = createTextToSpeechGateway(voices, gatewayParts)
  if (toText !== undefined) pools.push(toText.pool)
  pools.push(toSpeech.pool)
  return {
    ...(toText === undefined ? {} : { toText }),
    toSpeech,
    lexicon: shippedLexicon(),
    [Symbol.asyncDispose]: () => toSpeech[Symbol.asyncDispose](),
  }
}

/** Whether speech can be heard at all. */
export function hasRecogniser({ env, settings }: Pick<Config, 'env' | 'settings'>): boolean {
  return recognisersIn(settings.speech, env).length > 0
}

function recognisersIn(
  { recognisers }: Settings,
  { DEEPGRAM_API_KEY: key }: Config['env'],
): readonly RecogniserSetting[] {
  return recognisers ?? (key === undefined ? [] : [{ type: 'deepgram' }])
}

function voicesIn({ voices }: Settings, { CARTESIA_API_KEY: key }: Config['env']): readonly VoiceSetting[] {
  const named: readonly VoiceSetting[] = voices ?? (key === undefined ? [] : [{ type: 'cartesia' }])
  return named.some(({ type }) => type === 'espeak') ? named : [...named, { type: 'espeak' }]
}

async function openEar(setting: RecogniserSetting, env: Config['env'], settingsDir: string): Promise<SpeechToText> {
  if (setting.type === 'openai') {
    const { OpenAiCompatibleSpeechToText } = await import(
      '#providers/speech-to-text/openai-compatible/openai-compatible-speech-to-text.ts'
    )
    return new OpenAiCompatibleSpeechToText({ ...serverOf(setting, env), model: setting.model })
  }
  if (setting.type === 'sherpa') {
    const { sherpaSpeechToText } = await import('#providers/speech-to-text/sherpa/sherpa-speech-to-text.ts')
    return sherpaSpeechToText({ folder: resolve(settingsDir, setting.folder) })
  }
  const { DEEPGRAM_API_KEY: apiKey, DEEPGRAM_BASE_URL: baseUrl } = env
  if (apiKey === undefined)
    throw new ConfigError('  DEEPGRAM_API_KEY: must be set for the recogniser `deepgram` in nightdesk.yaml')
  const { DeepgramSpeechToText } = await import('#providers/speech-to-text/deepgram/deepgram-speech-to-text.ts')
  return new DeepgramSpeechToText({ apiKey, baseUrl, model: setting.model })
}

async function openVoice(setting: VoiceSetting, env: Config['env'], settingsDir: string): Promise<TextToSpeech> {
  switch (setting.type) {
    case 'espeak': {
      const { EspeakTextToSpeech } = await import('#providers/text-to-speech/espeak/espeak-text-to-speech.ts')
      return new EspeakTextToSpeech()
    }
    case 'sherpa': {
      const { SherpaTextToSpeech } = await import('#providers/text-to-speech/sherpa/sherpa-text-to-speech.ts')
      return new SherpaTextToSpeech({ folder: resolve(settingsDir, setting.folder) })
    }
    case 'openai': {
      const { OpenAiCompatibleTextToSpeech } = await import(
        '#providers/text-to-speech/openai-compatible/openai-compatible-text-to-speech.ts'
      )
      const { model, voice } = setting
      return new OpenAiCompatibleTextToSpeech({ ...serverOf(setting, env), model, voice })
    }
    case 'cartesia': {
      const { CARTESIA_API_KEY: apiKey, CARTESIA_BASE_URL: baseUrl } = env
      const voiceId = setting.voice ?? env.CARTESIA_VOICE_ID
      if (apiKey === undefined)
        throw new ConfigError('  CARTESIA_API_KEY: must be set for the voice `cartesia` in nightdesk.yaml')
      if (voiceId === undefined) {
        throw new ConfigError(
          '  CARTESIA_VOICE_ID: must name a voice when CARTESIA_API_KEY is set (play.cartesia.ai/voices lists them)',
        )
      }
      const { CartesiaTextToSpeech } = await import('#providers/text-to-speech/cartesia/cartesia-text-to-speech.ts')
      return new CartesiaTextToSpeech({ apiKey, baseUrl, voiceId, model: setting.model })
    }
  }
}

/** Servers of one's own often want no key. */
function serverOf(
  { base_url: baseUrl, api_key_env: keyName }: { base_url?: string | undefined; api_key_env?: string | undefined },
  { OPENAI_API_KEY: usual, OPENAI_BASE_URL: usualUrl }: Config['env'],
): { baseUrl: string | undefined; apiKey: string } {
  const key = keyName === undefined ? usual : process.env[keyName]
  return { baseUrl: baseUrl ?? usualUrl, apiKey: key ?? 'none' }
}
