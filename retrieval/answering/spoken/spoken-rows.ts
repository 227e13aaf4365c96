import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { plain } from '../readable.ts'
import { cellsOf } from '../rows.ts'
import type { Unit } from '../units.ts'
import { isLong } from './long-commands.ts'
import { sentence, together } from './spoken-text.ts'

/** So many rows or items are said where the question singles none out. */
const mostSaid = 3

/** What another word for a question's word counts, of the word itself. */
const otherWordCounts = 0.5

/** What of a table or a list a question asks for. */
export interface Singled {
  units: readonly Unit[]
  /** Nothing in the question tells them from the others. */
  all: boolean
}

/**
 * The rows or items of a table or list that hold words of the question which the others don't; none such: all of them.
 * @param asked The question's terms; each with other words for it.
 * @param context Terms of the headings above, which single nothing out.
 */
export function singledOut(
  units: readonly Unit[],
  asked: ReadonlyMap<string, readonly (readonly string[])[]>,
  context: ReadonlySet<string>,
): Singled {
  const held = units.map((unit) => new Set(termsOf(wordsOf(unit))))
  const keys = units.map((unit) => new Set(termsOf(unit.kind === 'row' ? (cellsOf(unit.shown)[0] ?? '') : '')))
  const score = (at: number): number => {
    let sum = 0
    for (const [term, others] of asked) {
      const has = (set: ReadonlySet<string> | undefined): boolean =>
        set?.has(term) === true ||
        others.some((other) => other.length > 0 && other.every((each) => set?.has(each) === true))
      const itself = held[at]?.has(term) === true ? 1 : otherWordCounts
      if (!has(held[at])) continue
      const among = held.filter(has).length
      if (among * 2 > units.length && units.length > 1) continue
      sum += itself * (has(keys[at]) ? 2 : 1) * (context.has(term) ? 0.5 : 1) * Math.log(1 + units.length / among)
    }
    return sum
  }
  const scores = units.map((_, at) => score(at))
  const best = Math.max(0, ...scores)
  const chosen = best === 0 ? [] : units.filter((_, at) => (scores[at] ?? 0) >= 0.75 * best)
  return chosen.length === 0 || chosen.length > mostSaid ? { units, all: true } : { units: chosen, all: false }
}

function wordsOf({ shown }: Unit): string {
  return plain(shown)
}

const more: Readonly<Record<Lang, Readonly<Record<ShownOn, string>>>> = {
  en: {
    page: 'The rest is on the page.',
    slack: 'The rest is in Slack.',
    nowhere: 'There is more; ask for one of them.',
  },
  ja: { page: '残りはページにあります。', slack: '残りはSlackにあります。', nowhere: 'ほかにもあります。' },
}

/** The rows or items that were singled out, up to three, and whether there are more. */
export function spokenRows({ units, all }: Singled, lang: Lang, shownOn: ShownOn): string {
  const said = units.slice(0, mostSaid)
  const rest = all && units.length > said.length ? [more[lang][shownOn]] : []
  return together([...said.map((unit) => spokenRow(unit, lang)), ...rest], lang)
}

/** Says what it is by itself. */
const wordy = /(?:\S+\s+){4,}|[\u3000-\u9fff\uff00-\uffef]{9,}/

/** "application logs: searchable 30 days, cold 180 days." */
function spokenRow(unit: Unit, lang: Lang): string {
  if (unit.kind !== 'row') return sentence(unit.shown, lang)
  const [first = '', ...others] = cellsOf(unit.shown)
  const [, ...heads] = cellsOf(unit.tableHead?.split('\n')[0] ?? '')
  const named = others.flatMap((cell, at) => {
    if (cell === '' || isLong(cell)) return []
    const head = others.length === 1 ? '' : (heads[at] ?? '')
    return head === '' || wordy.test(cell) ? cell : `${head}${/^\d/.test(cell) ? '' : ':'} ${cell}`
  })
  return sentence(named.length === 0 ? first : `${first}: ${named.join(', ')}`, lang)
}
