import type { PassageTerms } from '#knowledge/passage.ts'
import type { PreparedDocument, PreparedEntry } from './index-entry.ts'
import type { RawEntry, Source } from './source.ts'

/** An entry as it crosses to a thread, which can't be handed functions. */
export interface WireRequest {
  raw: Omit<RawEntry, 'lineDates'>
  /** Of each line from the first, milliseconds since 1970. */
  lineTimes?: Float64Array | undefined
  source: Pick<Source, 'id' | 'audience'>
}

/** What comes back; the terms of a field as one text, since thousands of small strings are dear to hand over. */
export type WireAnswer =
  | { kind: 'prepared'; entry: Omit<PreparedEntry, 'documents'> & { documents: WireDocument[] } }
  | { kind: 'failed'; reason: string }

type WirePassage = Omit<PreparedDocument['passages'][number], 'terms'> & { terms: Record<keyof PassageTerms, string> }
type WireDocument = Omit<PreparedDocument, 'passages'> & { passages: WirePassage[] }

export function toWire({ lineDates, ...raw }: RawEntry, source: Pick<Source, 'id' | 'audience'>): WireRequest {
  const { id, audience } = source
  if (lineDates === undefined) return { raw, source: { id, audience } }
  const times = new Float64Array(linesOf(raw.content))
  for (const line of times.keys()) times[line] = lineDates.at(line + 1).getTime()
  return { raw, lineTimes: times, source: { id, audience } }
}

export function fromWire({ raw, lineTimes }: WireRequest): RawEntry {
  if (lineTimes === undefined) return raw
  return { ...raw, lineDates: { at: (line) => new Date(lineTimes[line - 1] ?? raw.editedAt.getTime()) } }
}

export function answerToWire(entry: PreparedEntry): WireAnswer {
  const documents = entry.documents.map(({ document, passages }) => ({
    document,
    passages: passages.map((passage) => ({ ...passage, terms: joined(passage.terms) })),
  }))
  return { kind: 'prepared', entry: { ...entry, documents } }
}

export function answerFromWire({ entry }: Extract<WireAnswer, { kind: 'prepared' }>): PreparedEntry {
  const documents = entry.documents.map(({ document, passages }) => ({
    document,
    passages: passages.map((passage) => ({ ...passage, terms: split(passage.terms) })),
  }))
  return { ...entry, documents }
}

/** No term holds a line break: it separates terms wherever it stands. */
const between = '\n'

function joined({ title, heading, context, body, code }: PassageTerms): Record<keyof PassageTerms, string> {
  return {
    title: title.join(between),
    heading: heading.join(between),
    context: context.join(between),
    body: body.join(between),
    code: code.join(between),
  }
}

function split(terms: Record<keyof PassageTerms, string>): PassageTerms {
  const list = (text: string) => (text === '' ? [] : text.split(between))
  return {
    title: list(terms.title),
    heading: list(terms.heading),
    context: list(terms.context),
    body: list(terms.body),
    code: list(terms.code),
  }
}

/** As many as any decoding of the content can have. */
function linesOf(content: string | Uint8Array): number {
  let lines = 1
  if (typeof content === 'string') {
    for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) lines++
  } else {
    for (let at = content.indexOf(0x0a); at >= 0; at = content.indexOf(0x0a, at + 1)) lines++
  }
  return lines
}
