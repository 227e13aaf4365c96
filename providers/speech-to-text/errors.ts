import { OpsError } from '#runtime/errors.ts'

export type SpeechToTextFault =
  | 'unreachable'
  | 'unauthorized'
  | 'no-quota'
  | 'rate-limited'
  | 'rejected'
  | 'broken-off'
  | 'malformed'
  | 'too-slow'
  | 'deaf'
  | 'wrong-language'

/** Which recogniser failed, and by which settings a person can do something about it. */
export interface SpeechToTextProvider {
  name: string
  keySetting: string
  addressSetting: string
}

const userMessages: Readonly<Record<SpeechToTextFault, (provider: SpeechToTextProvider) => string>> = {
  unreachable: ({ name, addressSetting }) =>
    `Speech recognition (${name}) could not be reached. Check the network and ${addressSetting}, or type instead.`,
  unauthorized: ({ name, keySetting }) => `Speech recognition (${name}) refused our key. Check ${keySetting}.`,
  'no-quota': ({ name }) => `The account with ${name} has no credit left for speech recognition. Top it up.`,
  'rate-limited': ({ name }) =>
    `Speech recognition (${name}) has too many conversations at once. Try again in a minute, or type instead.`,
  rejected: ({ name }) =>
    `Speech recognition (${name}) rejected the request. The log says why; check its model and language.`,
  'broken-off': ({ name }) => `Speech recognition (${name}) broke off. Please say that again.`,
  malformed: ({ name, addressSetting }) =>
    `Speech recognition answered in a way that ${name} doesn't. Check that ${addressSetting} leads to it.`,
  deaf: ({ name }) =>
    `Speech recognition (${name}) hears nothing although somebody speaks. Check its account, or type instead.`,
  'wrong-language': ({ name }) =>
    `Speech recognition (${name}) writes another language than is spoken. Check its language setting, or type instead.`,
  'too-slow': ({ name }) => `Speech recognition (${name}) doesn't keep up. Check the network, or type instead.`,
}
const codes: Readonly<Record<SpeechToTextFault, string>> = {
  unreachable: 'speech_to_text_unreachable',
  unauthorized: 'speech_to_text_unauthorized',
  'no-quota': 'speech_to_text_no_quota',
  'rate-limited': 'speech_to_text_rate_limited',
  rejected: 'speech_to_text_rejected',
  'broken-off': 'speech_to_text_broken_off',
  malformed: 'speech_to_text_malformed',
  'too-slow': 'speech_to_text_too_slow',
  deaf: 'speech_to_text_deaf',
  'wrong-language': 'speech_to_text_wrong_language',
}
const lasting: ReadonlySet<SpeechToTextFault> = new Set(['unauthorized', 'no-quota', 'rejected', 'malformed'])

/** A speech recogniser failed us; `fault` says how. */
export class SpeechToTextError extends OpsError {
  override readonly name = 'SpeechToTextError'
  readonly fault: SpeechToTextFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  constructor(fault: SpeechToTextFault, provider: SpeechToTextProvider, cause?: unknown) {
    super(`Speech recognition by ${provider.name} failed: ${fault}`, { cause })
    this.fault = fault
    this.code = codes[fault]
    this.userMessage = userMessages[fault](provider)
    this.retryable = !lasting.has(fault)
  }
}
