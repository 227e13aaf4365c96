import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { tellsOfItself } from '../about-itself.ts'
import { isCommand, type Unit } from '../units.ts'
import { isLong } from './long-commands.ts'
import { announced, sentence, spokenCommand, together } from './spoken-text.ts'

const warns =
  /\bnever\b|\b(?:do not|don't|must not|may not)\b|^(?:warning|caution|danger|important)\b|絶対に|決して|してはいけない|してはならない|てはいけません|禁止|直接.{1,12}ない。?$|しないこと/i
/** What has to be so before anybody begins. */
const requires =
  /^only\b|\b(?:before|first|must|needs?|requires?|required|approv\w+|together with)\b|必要|だけ|のみ|承認|までに|前に/i
const longestWarning = 170
const longestBefore = 150

const fixed = {
  en: { first: 'First step:', steps: (count: string) => `There are ${count} steps; say "next" for the rest.` },
  ja: { first: '最初の手順：', steps: (count: string) => `手順は全部で${count}です。続きは「次」と言ってください。` },
} as const

const counts: Readonly<Record<Lang, readonly string[]>> = {
  en: ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ja: ['二つ', '三つ', '四つ', '五つ', '六つ', '七つ', '八つ', '九つ', '十'],
}

/**
 * How something is done, for the ear: what must not be done or has to be so first, then the first step or the command,
 * and that there is more. @returns undefined where the section tells no procedure.
 */
export function spokenProcedure(
  lead: Unit,
  section: readonly Unit[],
  lang: Lang,
  shownOn: ShownOn,
): string | undefined {
  const steps = stepsOf(lead, section)
  const [first] = steps
  if (first !== undefined && steps.length > 1) {
    const before = beforeSteps(first, section)
    return together(
      [
        announced(
          before.map((unit) => sentence(unit.shown, lang)),
          lang,
          shownOn,
        ),
        fixed[lang].first,
        spokenStep(first, section, lang, shownOn),
        fixed[lang].steps(counts[lang][steps.length - 2] ?? (lang === 'ja' ? '多数' : 'many')),
      ],
      lang,
    )
  }
  return spokenWithCommand(lead, section, lang, shownOn)
}

/** The numbered list that the lead is in or announces, else the first of its section. */
function stepsOf(lead: Unit, section: readonly Unit[]): Unit[] {
  const steps = section.filter(({ kind, ordered }) => kind === 'step' && ordered)
  const own = steps.filter(({ block }) => block === lead.block)
  const block = own.length > 0 ? lead.block : (steps.find(({ index }) => index > lead.index) ?? steps[0])?.block
  const list = steps.filter((step) => step.block === block)
  const outermost = Math.min(...list.map(({ indent }) => indent))
  return list.filter(({ indent }) => indent === outermost)
}

/** One warning of the section, wherever it stands beside the steps, and what is required before the first of them. */
function beforeSteps(first: Unit, section: readonly Unit[]): Unit[] {
  const beside = section.filter(({ kind, block }) => kind === 'sentence' && block !== first.block)
  const warning = beside.find(
    ({ shown }) => warns.test(shown) && shown.length <= longestWarning && !tellsOfItself(shown),
  )
  const required = beside.find(
    ({ shown, index }) =>
      index < first.index && requires.test(shown) && shown.length <= longestBefore && !tellsOfItself(shown),
  )
  return [...new Set([warning, required])].filter((unit) => unit !== undefined)
}

function spokenStep(step: Unit, section: readonly Unit[], lang: Lang, shownOn: ShownOn): string {
  const code = section.find((unit) => unit.kind === 'code' && unit.intro === step.index)
  return announced(
    [sentence(step.shown, lang), code === undefined ? '' : spokenCommand(code.shown, lang, shownOn)],
    lang,
    shownOn,
  )
}

/** The command of a section without numbered steps, with the condition that it stands under. */
function spokenWithCommand(lead: Unit, section: readonly Unit[], lang: Lang, shownOn: ShownOn): string | undefined {
  const commands = section.filter((unit) =>
    isCommand(
      unit,
      section.find(({ index }) => index === unit.intro),
    ),
  )
  const code =
    lead.kind === 'code' && commands.includes(lead)
      ? lead
      : (commands.find(({ index }) => index > lead.index) ?? commands[0])
  if (code === undefined) return undefined
  const before = section.filter(
    (unit) => unit.kind === 'sentence' && unit.index < code.index && !tellsOfItself(unit.shown),
  )
  const after = section.filter((unit) => unit.kind === 'sentence' && unit.index > code.index)
  const warning = after.find(({ shown }) => warns.test(shown) && shown.length <= longestWarning)
  const said = before.slice(startOf(before))
  const effect =
    warning === undefined
      ? after.find(({ shown, index }) => index === code.index + 1 && shown.length <= longestBefore && !isLong(shown))
      : undefined
  return announced(
    [
      warning === undefined ? '' : sentence(warning.shown, lang),
      ...said.map(({ shown }) => sentence(shown, lang)),
      spokenCommand(code.shown, lang, shownOn),
      effect === undefined ? '' : sentence(effect.shown, lang),
    ],
    lang,
    shownOn,
  )
}

/** Of what stands before a command, as much as is short. */
function startOf(before: readonly Unit[]): number {
  let chars = 0
  let at = before.length
  while (at > 0) {
    chars += before[at - 1]?.shown.length ?? 0
    if (chars > longestBefore && at < before.length) break
    at -= 1
    if (chars > longestBefore) break
  }
  return at
}
