import type { CorrectedTranscript, Vocabulary } from '#graph/vocabulary.ts'
import type { Lang } from '#knowledge/document.ts'
import { detectLang } from '#knowledge/language.ts'
import { sameMeaning } from './same-meaning.ts'

/** What was recognised, where names in it were put right or may be others. Places are in the text that came of it. */
export interface HeardNames extends Omit<CorrectedTranscript, 'text'> {
  /** As it was recognised. */
  heard: string
}

export interface NamedText {
  text: string
  /** Absent: all of it is as it was recognised. */
  names?: HeardNames | undefined
}

/** Puts right the names in what one speaker is heard to say. What is typed is left as it is. */
export class NameEar {
  readonly #vocabulary: () => Vocabulary | undefined
  #told: NamedText | undefined
  #hearing = ''

  /** @param vocabulary Asked each time, since documents change while somebody talks. */
  constructor(vocabulary: () => Vocabulary | undefined) {
    this.#vocabulary = vocabulary
  }

  /**
   * @param lang As the recogniser tells; absent: as the words do.
   * @param unsure Words of it that the recogniser doubts.
   */
  putRight(heard: string, lang?: Lang, unsure: readonly string[] = []): NamedText {
    const vocabulary = this.#vocabulary()
    if (vocabulary === undefined) return { text: heard }
    const { text, corrections, doubts } = vocabulary.correct(heard, lang ?? detectLang(heard), unsure)
    if (corrections.length === 0 && doubts.length === 0) return { text }
    return { text, names: { heard, corrections, doubts } }
  }

  /** What was said in a turn, which comes back as a text if it's to be answered. */
  told(said: NamedText): NamedText {
    this.#told = said
    return said
  }

  /** What the client's own recogniser has heard so far. */
  hearing(heard: string): string {
    this.#hearing = heard
    return this.putRight(heard).text
  }

  /** A turn's text: what was told of its names, or what the client recognised, put right now; else it was typed. */
  taken(text: string): NamedText {
    const [told, hearing] = [this.#told, this.#hearing]
    this.#told = undefined
    this.#hearing = ''
    if (told !== undefined && told.text !== '' && text.includes(told.text)) return within(text, told)
    return hearing !== '' && goesOn(hearing, text) ? this.putRight(text) : { text }
  }
}

function within(text: string, { text: part, names }: NamedText): NamedText {
  if (names === undefined) return { text }
  const before = text.indexOf(part)
  const moved = <T extends { at: number }>(some: readonly T[]): T[] =>
    some.map((each) => ({ ...each, at: each.at + before }))
  return {
    text,
    names: { heard: names.heard, corrections: moved(names.corrections), doubts: moved(names.doubts) },
  }
}

/** The last that is heard of a sentence is often a word or two behind the whole of it. */
function goesOn(hearing: string, text: string): boolean {
  return sameMeaning(hearing, text) || text.toLowerCase().startsWith(hearing.toLowerCase().slice(0, longestBegun))
}

/** Recognisers take back their last words only. */
const longestBegun = 12
