import type { ProviderMark } from '../stand-ins/spoken-script.ts'

/** Where the time of one spoken turn went, in milliseconds. */
export interface TurnTimes {
  /** From the end of the turn, as the recogniser tells it, to the first sound handed out. */
  total: number
  /** Of that, while none of the providers was at work on what the first sound needs. */
  added: number
  /** Of the time that the search took, how much was over when the turn ended. */
  searchHidden: number
}

/**
 * @param marks Of the providers of one conversation, in order.
 * @param sounds When first sounds were handed out, by the same clock.
 * @returns Of each turn that was heard and answered with sound.
 */
export function turnTimes(marks: readonly ProviderMark[], sounds: readonly number[]): TurnTimes[] {
  const heard = marks.filter(({ what }) => what === 'heard').map(({ at }) => at)
  return heard.flatMap((from, turn) => {
    const until = heard[turn + 1] ?? Number.POSITIVE_INFINITY
    const out = sounds.find((at) => at >= from && at < until)
    const voice = spanBefore(marks, 'voice-asked', 'sound-given', out ?? from)
    const model = voice && spanBefore(marks, 'model-asked', 'sentence-given', voice.from)
    const search = model && spanBefore(marks, 'search-asked', 'search-given', model.from)
    if (out === undefined || voice === undefined || model === undefined || search === undefined || voice.from < from)
      return []
    const late = Math.max(0, search.to - Math.max(from, search.from))
    return {
      total: out - from,
      added: out - from - covered([search, model, voice], from, out),
      searchHidden: 1 - late / (search.to - search.from),
    }
  })
}

interface Span {
  from: number
  to: number
}

/** The last work that was begun and given before `at`. */
function spanBefore(
  marks: readonly ProviderMark[],
  asked: ProviderMark['what'],
  given: ProviderMark['what'],
  at: number,
): Span | undefined {
  const before = marks.filter((mark) => mark.at <= at)
  const to = before.findLast(({ what }) => what === given)?.at
  const from = before.findLast((mark) => mark.what === asked && to !== undefined && mark.at <= to)?.at
  return to === undefined || from === undefined ? undefined : { from, to }
}

/** How much of the time between lies in one of the spans or more. */
function covered(spans: readonly Span[], from: number, to: number): number {
  let sum = 0
  let until = from
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const begin = Math.max(until, span.from)
    const end = Math.min(to, span.to)
    if (end > begin) sum += end - begin
    until = Math.max(until, end)
  }
  return sum
}
