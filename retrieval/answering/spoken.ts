import type { Lang } from '#knowledge/document.ts'
import type { Want } from './question.ts'
import { plain } from './readable.ts'
import type { Candidate } from './scoring.ts'
import type { Selection } from './selection.ts'
import { isCommand } from './units.ts'
import { caveat, lastSeen, words } from './wording.ts'

/** Longer commands are not for the ear. */
const longestSpokenCommand = 90
const longestSpokenSentence = 240

/** The answer for the ear: how old it is where that matters, then what answers best, in one or two sentences. */
export function spokenForm(selection: Selection, wants: ReadonlySet<Want>, now: Date, lang: Lang): string {
  const parts: string[] = []
  const age = caveat(selection.best.passage, now, lang)
  if (age !== undefined) parts.push(age)
  const all = selection.groups.flatMap(({ candidates }) => candidates)
  const said = new Set<Candidate>()
  const hasSteps = all.some(
    ({ passage, unit }) => passage === selection.best.passage && unit.kind === 'step' && unit.ordered,
  )
  const wantsCommand = wants.has('command') || (wants.has('steps') && !hasSteps)
  const first = wantsCommand ? withCommand(selection.best, all) : selection.best
  const leads = [first, ...selection.leads.filter((lead) => lead !== first)]
  const steps = wants.has('steps') ? stepsAfter(first, all) : []
  const second = steps[0] ?? leads[1]
  for (const lead of second === undefined ? [first] : [first, second]) {
    const text = said.has(lead) ? '' : spokenUnit(lead, all, said, lang)
    if (text !== '') parts.push(text)
  }
  // Who is about to act wants to know how old it is, also where that is no reason to hesitate.
  if ((wants.has('steps') || wants.has('command')) && age === undefined)
    parts.push(lastSeen(selection.best.passage, now, lang))
  return together(parts, lang)
}

/** The steps that what answers best announces, without being one itself. */
function stepsAfter({ passage, unit }: Candidate, all: readonly Candidate[]): Candidate[] {
  const steps = all.filter((other) => other.passage === passage && other.unit.kind === 'step' && other.unit.ordered)
  const next = steps.find(({ unit: other }) => other.index > unit.index)
  const own = steps.filter(({ unit: other }) => other.block === (unit.kind === 'step' ? unit : next?.unit)?.block)
  return own.length < 2 ? [] : unit.kind === 'step' ? own.slice(0, 1) : own
}

/** Who asks for a command wants to hear it: the nearest one after the best unit, else the first of its passage. */
function withCommand(best: Candidate, all: readonly Candidate[]): Candidate {
  const commands = all.filter(({ passage, unit, intro }) => passage === best.passage && isCommand(unit, intro))
  return commands.find(({ unit }) => unit.index >= best.unit.index) ?? commands[0] ?? best
}

function spokenUnit(lead: Candidate, all: readonly Candidate[], said: Set<Candidate>, lang: Lang): string {
  said.add(lead)
  const { unit } = lead
  const siblings = all.filter(({ passage }) => passage === lead.passage)
  if (unit.kind === 'field') return spokenFields(siblings, said, lang)
  const intro = siblings.find((other) => other.unit.index === unit.intro)
  const spoken = unit.kind === 'code' && intro !== undefined ? intro : lead
  const steps = siblings.filter(
    ({ unit: other }) => other.block === spoken.unit.block && other.kind === 'step' && other.ordered,
  )
  const isProcedure = spoken.unit.kind === 'step' && steps.length > 1
  if (isProcedure) for (const step of steps) said.add(step)
  const first = isProcedure ? (steps[0] ?? spoken) : spoken
  said.add(first)
  if (first.unit.kind === 'code') {
    return isCommand(first.unit, undefined) ? spokenCommand(first.unit.shown, lang) : words[lang].onScreen
  }
  const code = siblings.find((other) => other.unit.intro === first.unit.index && isCommand(other.unit, first.unit))
  if (code !== undefined) said.add(code)
  const parts = [
    isProcedure ? words[lang].firstStep : '',
    leanedOn(first, lang),
    sentence(first.unit.shown, lang),
    code === undefined ? '' : spokenCommand(code.unit.shown, lang),
  ]
  return together(parts, lang)
}

/** What a sentence leans on: "Only when it does not:" says nothing without the sentence before it. */
const leaning =
  /^(?:only|otherwise|if (?:it|not|so|that|this|they)\b|then\b|but\b|in that case)|^(?:それでも|だめなら|そうでな|その場合|ただし)/i

function leanedOn({ unit, siblings }: Candidate, lang: Lang): string {
  const before = siblings[unit.index - 1]
  if (before?.kind !== 'sentence' || before.block !== unit.block || !leaning.test(unit.shown)) return ''
  return sentence(before.shown, lang)
}

/** Japanese sentences stand close together, but a full stop right before a digit would make a number of them. */
function together(parts: readonly string[], lang: Lang): string {
  return parts
    .filter((part) => part !== '')
    .reduce((all, part) => `${all}${all === '' || (lang === 'ja' && !/[.!?:]$/.test(all)) ? '' : ' '}${part}`, '')
}

function sentence(shown: string, lang: Lang): string {
  const text = plain(shown)
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s*[|]\s*/g, ', ')
    .replace(/^[,\s]+|[,\s]+$/g, '')
    .replace(/[:：]$/, '')
    .trim()
  const short =
    text.length <= longestSpokenSentence ? text : `${text.slice(0, longestSpokenSentence).replace(/\s+\S*$/, '')}…`
  return /[.!?。！？…]$/.test(short) ? short : `${short}${lang === 'ja' ? '。' : '.'}`
}

function spokenCommand(code: string, lang: Lang): string {
  const lines = code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim().replace(/^[$#%>]\s+(?=\S)/, ''))
    .filter((line) => line !== '')
  const [line] = lines
  if (line === undefined || line.length > longestSpokenCommand) return words[lang].onScreen
  if (lines.length > 1) {
    if (/^(?:#|\/\/)/.test(line)) return words[lang].onScreen
    const { firstCommand, restOnScreen } = words[lang]
    return lang === 'ja'
      ? `${firstCommand}、${line} です。${restOnScreen}`
      : `${firstCommand}: ${line}. ${restOnScreen}`
  }
  return lang === 'ja' ? `${words.ja.command}、${line} です。` : `${words.en.command}: ${line}.`
}

/** "RedisDown: Redis is down, for 5m, severity critical." */
function spokenFields(siblings: readonly Candidate[], said: Set<Candidate>, lang: Lang): string {
  const fields = siblings.filter(
    ({ unit }) =>
      unit.kind === 'field' && unit.field !== 'runbook_url' && !unit.shown.includes('\n') && unit.shown.length <= 140,
  )
  for (const sibling of siblings) said.add(sibling)
  const told = fields.map(({ unit }) =>
    plain(unit.shown)
      .replace(/^(?:summary|description|message):\s*/, '')
      .replace(/[.']$/, '')
      .replace(/^(\w+):\s*/, '$1 '),
  )
  const title = siblings[0]?.passage.document.title ?? ''
  if (told.length === 0) return words[lang].onScreen
  return lang === 'ja' ? `${title}：${told.join('、')}。` : `${title}: ${told.join(', ')}.`
}

/** What a model wrote, for the ear: its first two statements. */
export function spokenStatements(statements: readonly string[], age: string | undefined, lang: Lang): string {
  const said = statements.slice(0, 2).map((statement) => {
    const text = statement.replace(/\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g, '')
    const code = /^[ \t]*(`{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1/m.exec(text)
    const words = text.replace(/^[ \t]*(`{3,})[\s\S]*$/m, '').replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')
    const command = code?.[2] === undefined ? '' : spokenCommand(code[2], lang)
    return together([/[\p{L}\d]/u.test(words) ? sentence(words, lang) : '', command], lang)
  })
  return together([age ?? '', ...said], lang)
}
