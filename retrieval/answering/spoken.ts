import type { Lang } from '#knowledge/document.ts'
import { plain } from './readable.ts'
import type { Candidate } from './scoring.ts'
import type { Selection } from './selection.ts'
import { caveat, words } from './wording.ts'

/** Longer commands are not for the ear. */
const longestSpokenCommand = 90
const longestSpokenSentence = 240

/** The answer for the ear: how old it is where that matters, then what answers best, in one or two sentences. */
export function spokenForm(selection: Selection, now: Date, lang: Lang): string {
  const parts: string[] = []
  const age = caveat(selection.best.passage, now, lang)
  if (age !== undefined) parts.push(age)
  const all = selection.groups.flatMap(({ candidates }) => candidates)
  const said = new Set<Candidate>()
  const leads = [selection.best, ...selection.leads.filter((lead) => lead !== selection.best)]
  for (const lead of leads.slice(0, 2)) {
    const text = said.has(lead) ? '' : spokenUnit(lead, all, said, lang)
    if (text !== '') parts.push(text)
  }
  return parts.join(lang === 'ja' ? '' : ' ')
}

function spokenUnit(lead: Candidate, all: readonly Candidate[], said: Set<Candidate>, lang: Lang): string {
  said.add(lead)
  const { unit } = lead
  const siblings = all.filter(({ passage }) => passage === lead.passage)
  if (unit.kind === 'code') {
    const intro = siblings.find((other) => other.unit.index === unit.intro)
    if (intro !== undefined) said.add(intro)
    return `${intro === undefined ? '' : sentence(intro.unit.shown, lang)}${gap(lang)}${spokenCommand(unit.shown, lang)}`.trim()
  }
  if (unit.kind === 'field') return spokenFields(siblings, said, lang)
  const steps = siblings.filter(
    (other) => other.unit.block === unit.block && other.unit.kind === 'step' && other.unit.ordered,
  )
  if (unit.kind === 'step' && steps.length > 2) {
    for (const step of steps) said.add(step)
    return `${words[lang].firstStep}${gap(lang)}${sentence(steps[0]?.unit.shown ?? '', lang)}`
  }
  const code = siblings.find((other) => other.unit.kind === 'code' && other.unit.intro === unit.index)
  if (code === undefined) return sentence(unit.shown, lang)
  said.add(code)
  return `${sentence(unit.shown, lang)}${gap(lang)}${spokenCommand(code.unit.shown, lang)}`
}

function gap(lang: Lang): string {
  return lang === 'ja' ? '' : ' '
}

function sentence(shown: string, lang: Lang): string {
  const text = plain(shown)
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s*[|]\s*/g, ', ')
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
  if (line === undefined || lines.length > 1 || line.length > longestSpokenCommand) return words[lang].onScreen
  return lang === 'ja' ? `${words.ja.command}、${line} です。` : `${words.en.command}: ${line}.`
}

/** "Severity: critical, for: 10m" with the rule's own summary. */
function spokenFields(siblings: readonly Candidate[], said: Set<Candidate>, lang: Lang): string {
  const fields = siblings.filter(
    ({ unit }) => unit.kind === 'field' && !unit.shown.includes('\n') && unit.shown.length <= 120,
  )
  for (const sibling of siblings) said.add(sibling)
  const text = fields.map(({ unit }) => plain(unit.shown).replace(/\.$/, '')).join(lang === 'ja' ? '、' : ', ')
  return text === '' ? words[lang].onScreen : `${text}${lang === 'ja' ? '。' : '.'}`
}

/** What a model wrote, for the ear: its first two statements. */
export function spokenStatements(statements: readonly string[], age: string | undefined, lang: Lang): string {
  const said = statements.slice(0, 2).map((statement) => {
    const text = statement.replace(/\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g, '')
    const code = /^[ \t]*(`{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1/m.exec(text)
    const words = text.replace(/^[ \t]*(`{3,})[\s\S]*$/m, '').replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')
    const command = code?.[2] === undefined ? '' : spokenCommand(code[2], lang)
    return [/[\p{L}\d]/u.test(words) ? sentence(words, lang) : '', command]
      .filter((part) => part !== '')
      .join(gap(lang))
  })
  return [age ?? '', ...said].filter((part) => part !== '').join(gap(lang))
}
