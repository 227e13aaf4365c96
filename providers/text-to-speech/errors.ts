import { OpsError } from '#runtime/errors.ts'

export type TextToSpeechFault =
  | 'unreachable'
  | 'unauthorized'
  | 'no-quota'
  | 'rate-limited'
  | 'rejected'
  | 'broken-off'
  | 'malformed'
  | 'silent'
  | 'wrong-language'
  | 'not-installed'

/** Which synthesiser failed, and by what a person can do something about it. */
export interface TextToSpeechProvider {
  name: string
  /** What to check where it refuses us or can't be reached, as a sentence. */
  remedy: string
}

const userMessages: Readonly<Record<TextToSpeechFault, (provider: TextToSpeechProvider) => string>> = {
  unreachable: ({ name, remedy }) => `Speech (${name}) could not be reached. ${remedy}`,
  unauthorized: ({ name, remedy }) => `Speech (${name}) refused our key. ${remedy}`,
  'no-quota': ({ name }) => `The account with ${name} has no credit left for speech. Top it up.`,
  'rate-limited': ({ name }) => `Speech (${name}) has too many conversations at once. Try again in a minute.`,
  rejected: ({ name, remedy }) => `Speech (${name}) rejected the request; the log says why. ${remedy}`,
  'broken-off': ({ name }) => `Speech (${name}) broke off. The answer is there in writing.`,
  malformed: ({ name, remedy }) => `Speech answered in a way that ${name} doesn't. ${remedy}`,
  silent: ({ name }) => `Speech (${name}) gave no sound. The answer is there in writing.`,
  'wrong-language': ({ name }) =>
    `Speech (${name}) does not read the language of the answer. Choose a voice or a model that does.`,
  'not-installed': ({ name, remedy }) => `${name} is not installed on this machine. ${remedy}`,
}
const codes: Readonly<Record<TextToSpeechFault, string>> = {
  unreachable: 'text_to_speech_unreachable',
  unauthorized: 'text_to_speech_unauthorized',
  'no-quota': 'text_to_speech_no_quota',
  'rate-limited': 'text_to_speech_rate_limited',
  rejected: 'text_to_speech_rejected',
  'broken-off': 'text_to_speech_broken_off',
  malformed: 'text_to_speech_malformed',
  silent: 'text_to_speech_silent',
  'wrong-language': 'text_to_speech_wrong_language',
  'not-installed': 'text_to_speech_not_installed',
}
const passing: ReadonlySet<TextToSpeechFault> = new Set(['unreachable', 'rate-limited', 'broken-off', 'silent'])

/** A speech synthesiser failed us; `fault` says how. */
export class TextToSpeechError extends OpsError {
  override readonly name = 'TextToSpeechError'
  readonly fault: TextToSpeechFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  constructor(fault: TextToSpeechFault, provider: TextToSpeechProvider, cause?: unknown) {
    super(`Speech by ${provider.name} failed: ${fault}`, { cause })
    this.fault = fault
    this.code = codes[fault]
    this.userMessage = userMessages[fault](provider)
    this.retryable = passing.has(fault)
  }
}
