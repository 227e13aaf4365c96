import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { blocksOf } from './blocks.ts'
import { type LanguageRun, languageRuns } from './languages.ts'
import type { Lexicon } from './lexicon.ts'
import { markupRules } from './markup-rules.ts'
import { lexiconRule, nameRules } from './name-rules.ts'
import { numberRules } from './number-rules.ts'
import { codeSaid, type Rule, ruleAt, type SpeechContext } from './rule.ts'
import { signRules } from './sign-rules.ts'
import { words } from './wording.ts'

/** What is said for a stretch of the written text. Without the gaps: what lies between is not said. */
export interface SpokenSpan {
  /** In the written text. */
  from: number
  to: number
  spoken: string
  /** Of the voice that can say it. */
  lang: Lang
}

export interface Speakable {
  /** Of the most of it. */
  lang: Lang
  /** What voices are handed; empty where there is nothing to say. */
  text: string
  /** In order; their `spoken` joined is the text. */
  spans: readonly SpokenSpan[]
  /** Code that is too long for the ear: to be shown, which the text says. */
  shown: readonly string[]
}

/** What one voice says of it. */
export interface VoicePart {
  lang: Lang
  text: string
}

/** The text by the voices that say it, in order; joined it is the text. */
export function voiceParts({ spans }: Pick<Speakable, 'spans'>): VoicePart[] {
  const parts: VoicePart[] = []
  for (const { spoken, lang } of spans) {
    const last = parts.at(-1)
    // What nobody hears needs no voice of its own.
    if (last !== undefined && (last.lang === lang || !/[\p{L}\p{N}]/u.test(spoken))) last.text += spoken
    else parts.push({ lang, text: spoken })
  }
  return parts
}

export interface SpeakableOptions {
  lang: Lang
  lexicon: Lexicon
  /** Where the listener finds what isn't said; absent: the page. */
  shownOn?: ShownOn | undefined
}

/** The first that applies is taken: terms that somebody listed before all; numbers before names before signs, since `5m` is no name and `v1.2` no sentence's end. */
const rules: readonly Rule[] = [...markupRules, lexiconRule, ...numberRules, ...nameRules, ...signRules]

/** What no rule is for: a word, a space, a letter. */
const plain = /(?:(?!https?:\/\/)[A-Za-z0-9'])+|\s+|[\s\S]/uy

/** As long as this a written text may be: beyond, the rest is left to be read. */
const longestText = 20_000

/**
 * Written text as it is said: no Markdown, no addresses, no citation marks; figures, units, dates, identifiers, acronyms
 * and commands in words; long code left to the screen. Nothing is left out that carries meaning without saying so.
 */
export function speakable(written: string, options: SpeakableOptions): Speakable {
  const text = written.slice(0, longestText)
  const runs = languageRuns(text, options.lang)
  const lang = runs.length === 1 && runs[0] !== undefined ? runs[0].lang : options.lang
  const spoken = new SpokenText({ ...options, lang }, runs)
  for (const block of blocksOf(text)) {
    if (block.kind === 'code') spoken.addCode(block.from, block.to, block.code)
    else if (block.kind === 'table') spoken.add(block.from, block.to, words[lang].tableShown(options.shownOn ?? 'page'))
    else spoken.addText(text, block.from, block.to, block.lead)
  }
  return spoken.whole()
}

/**
 * How much of the written text was said when so much of the spoken one was.
 * @param spokenLength In characters of `text`.
 * @returns In characters of the written text; a word that was begun doesn't count.
 */
export function writtenUpTo({ spans }: Speakable, spokenLength: number): number {
  let said = 0
  let written = 0
  for (const { to, spoken } of spans) {
    said += spoken.length
    if (said > spokenLength && spoken.trim() !== '') break
    written = to
  }
  return written
}

/** Puts the spans together, with one space where there is one. */
class SpokenText {
  readonly #context: SpeechContext
  readonly #runs: readonly LanguageRun[]
  readonly #spans: SpokenSpan[] = []
  readonly #shown: string[] = []

  constructor({ lang, lexicon, shownOn = 'page' }: SpeakableOptions, runs: readonly LanguageRun[]) {
    this.#runs = runs
    this.#context = { lang, lexicon, shownOn, show: (code) => void this.#shown.push(code) }
  }

  add(from: number, to: number, spoken: string): void {
    const before = this.#spans.at(-1)
    const ended = before === undefined || /\s$/.test(before.spoken)
    let next = spoken.replace(/\s+/g, ' ')
    if (ended) next = next.trimStart()
    if (before !== undefined && /^[,.;:!?、。！？」』）)]/.test(next)) {
      before.spoken = before.spoken.trimEnd()
      // Two signs of a pause are one.
      if (/[,.;:、。]$/.test(before.spoken) && /^[,;:、]/.test(next)) next = next.slice(1)
    }
    if (next !== '') this.#spans.push({ from, to, spoken: next, lang: this.#langAt(from) })
  }

  #langAt(at: number): Lang {
    return this.#runs.find(({ to }) => at < to)?.lang ?? this.#context.lang
  }

  addCode(from: number, to: number, code: string): void {
    if (code === '') return
    this.add(from, to, ` ${codeSaid(code, this.#context)}`)
    this.#endSentence()
  }

  addText(text: string, from: number, to: number, lead: string): void {
    if (lead !== '') this.add(from, from, lead)
    this.#read(text, from, to)
    this.#endSentence()
  }

  #read(whole: string, from: number, to: number): void {
    const text = whole.slice(0, to)
    for (let at = from; at < to; ) {
      const found = ruleAt(rules, text, at, { ...this.#context, lang: this.#langAt(at) })
      if (found === undefined) {
        plain.lastIndex = at
        const length = Math.min(to - at, plain.exec(text)?.[0].length ?? 1)
        this.add(at, at + length, text.slice(at, at + length))
        at += length
        continue
      }
      for (const part of found.parts) {
        if (typeof part === 'string') this.add(at, at + found.length, part)
        else this.#read(text, at + part.from, at + part.to)
      }
      at += found.length
    }
  }

  /** A heading or an item without a full stop gets one, so that it doesn't run into what comes next. */
  #endSentence(): void {
    const last = this.#spans.at(-1)
    if (last === undefined) return
    const said = last.spoken.trimEnd().replace(/[,、]$/, '')
    const { lang } = last
    const stop = /[.!?:;。！？：」』…]$/.test(said) ? '' : lang === 'ja' ? '。' : '.'
    last.spoken = said + stop + (lang === 'ja' ? '' : ' ')
  }

  whole(): Speakable {
    const last = this.#spans.at(-1)
    if (last !== undefined) last.spoken = last.spoken.trimEnd()
    const spans = this.#spans.filter(({ spoken }) => spoken !== '')
    const text = spans.map(({ spoken }) => spoken).join('')
    const { lang } = this.#context
    if (!/[\p{L}\p{N}]/u.test(text)) return { lang, text: '', spans: [], shown: this.#shown }
    return { lang, text, spans, shown: this.#shown }
  }
}
