import type { PageLang } from '../words.ts'
import { hasOwnRecogniser, OwnRecogniser, type RecogniserListener } from './own-recogniser.ts'
import type { VoiceSettings } from './voice-settings.ts'

const locales: Readonly<Record<PageLang, string>> = { en: 'en-US', ja: 'ja-JP' }

/** The browser as the one who hears, made when it's first allowed to. */
export class OwnEars {
  readonly #listener: RecogniserListener
  #recogniser: OwnRecogniser | undefined

  constructor(listener: RecogniserListener) {
    this.#listener = listener
  }

  isAllowed({ ownRecognition }: VoiceSettings): boolean {
    return ownRecognition === 'yes' && hasOwnRecogniser()
  }

  mayBeAsked({ ownRecognition }: VoiceSettings): boolean {
    return ownRecognition === 'ask' && hasOwnRecogniser()
  }

  start(lang: PageLang): void {
    this.#recogniser ??= new OwnRecogniser(this.#listener)
    // The same language in the variant that the reader's browser asks for.
    const variant = navigator.languages.find((each) => each.startsWith(`${lang}-`))
    this.#recogniser.start(variant ?? locales[lang])
  }

  finish(): void {
    this.#recogniser?.finish()
  }

  close(): void {
    this.#recogniser?.close()
  }
}
