import type { ShownOn } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import { tellsOfItself } from '../about-itself.ts'
import type { ReadQuestion, Want } from '../question.ts'
import { plain } from '../readable.ts'
import { type Candidate, isKeyOf } from '../scoring.ts'
import type { Selection } from '../selection.ts'
import { isCommand, type Unit } from '../units.ts'
import { spokenAge } from './spoken-age.ts'
import { spokenProcedure } from './spoken-procedure.ts'
import { singledOut, spokenRows } from './spoken-rows.ts'
import { spokenSection } from './spoken-section.ts'
import { announced, sentence, spokenCommand, together } from './spoken-text.ts'

export interface SpokenOptions {
  now: Date
  lang: Lang
  shownOn?: ShownOn | undefined
  /** The question as it was asked, without what was put into it of earlier ones. */
  asked?: string | undefined
}

/** A paragraph is said from its beginning where what answers best stands no further in. */
const nearBeginning = 200
/** So much is said of a paragraph. */
const mostOfParagraph = 260

/** The answer for the ear: how old it is, then what answers best, in few sentences. */
export function spokenForm(selection: Selection, question: ReadQuestion, options: SpokenOptions): string {
  const { lang, now } = options
  const lead = leadOf(selection, question)
  const age = spokenAge(lead.passage, now, lang)
  const first = spokenUnit(lead, question, options)
  const second = secondOf(selection, lead, question)
  const more = second === undefined ? '' : spokenUnit(second, question, options)
  return together([age, first, isSaid(more, first) ? '' : more], lang)
}

/**
 * Who asks how something is done hears a page rather than an alert's rule; who asks for a figure or a name gets no command;
 * a row that the question names goes before a sentence; who asks about a whole document hears it from its beginning.
 */
function leadOf({ best, groups }: Selection, question: ReadQuestion): Candidate {
  const all = groups.flatMap(({ candidates }) => candidates).filter(({ unit }) => !tellsOfItself(unit.shown))
  const keyed = all.find(({ unit }) => isKeyOf(unit, question.text))
  if (keyed !== undefined) return keyed
  const how = asksHow(question.wants)
  if (best.unit.kind === 'field' && how) return all.find(tellsSteps) ?? best
  if (!how && asksForAll(question, best)) return firstOf(best, all) ?? best
  if (best.unit.kind === 'code' && !how) {
    const plainly = all.filter(({ unit, passage }) => passage === best.passage && unit.kind !== 'code')
    const holding = question.wants.has('number') ? plainly.filter(({ unit }) => /\d/.test(unit.shown)) : plainly
    return holding[0] ?? plainly[0] ?? best
  }
  return tellsOfItself(best.unit.shown) ? (all[0] ?? best) : best
}

function tellsSteps({ unit, siblings }: Candidate): boolean {
  const steps = siblings.filter(({ kind, ordered }) => kind === 'step' && ordered).length
  return unit.kind !== 'field' && (steps > 1 || siblings.some((other) => isCommand(other, siblings[other.intro ?? -1])))
}

const asking = /\b(?:tell|explain|describe|show|give|about|please|know|is there|what)\b|について|教えて|説明して|とは/gi

/** It names nothing but the document itself: "tell me about the log retention". */
function asksForAll({ text }: ReadQuestion, { passage }: Candidate): boolean {
  const title = new Set(termsOf(passage.document.title))
  const terms = termsOf(text.replace(asking, ' '))
  return terms.length > 1 && terms.every((term) => title.has(term))
}

function firstOf({ passage }: Candidate, all: readonly Candidate[]): Candidate | undefined {
  return all
    .filter((other) => other.passage.document.id === passage.document.id)
    .toSorted((a, b) => a.passage.passage.fromLine - b.passage.passage.fromLine || a.unit.index - b.unit.index)[0]
}

function asksHow(wants: ReadonlySet<Want>): boolean {
  if (wants.has('number') || wants.has('owner')) return false
  return wants.has('steps') || wants.has('fix') || wants.has('command')
}

/** A question of several parts is answered in each. */
function secondOf({ leads }: Selection, lead: Candidate, { facets }: ReadQuestion): Candidate | undefined {
  if (facets.length < 2) return undefined
  return leads.find(({ unit, passage }) => {
    if (passage === lead.passage && unit.index === lead.unit.index) return false
    return unit.kind !== 'code' && !tellsOfItself(unit.shown)
  })
}

function isSaid(more: string, first: string): boolean {
  const sentences = more.split(/(?<=[.!?])\s+|(?<=。)/).filter((each) => each.trim() !== '')
  return sentences.some((each) => first.includes(each.trim()))
}

function spokenUnit(candidate: Candidate, question: ReadQuestion, options: SpokenOptions): string {
  const { unit, siblings, passage, context } = candidate
  const { lang, shownOn = 'page', asked } = options
  const section = siblings.filter((other) => other.heading.join('/') === unit.heading.join('/'))
  if (unit.kind === 'field') return spokenFields(siblings, passage.document.title, lang)
  if (asksHow(question.wants)) {
    const procedure = spokenProcedure(unit, section, lang, shownOn)
    if (procedure !== undefined) return together([spokenSection(candidate, question, lang), procedure], lang)
  }
  if (unit.kind === 'row' || (unit.kind === 'step' && !unit.ordered)) {
    const list = section.filter(({ kind, block }) => kind === unit.kind && (kind === 'row' || block === unit.block))
    const intro = unit.kind === 'step' ? section.find(({ index }) => index === unit.intro) : undefined
    const terms = termsAsked(question)
    // "And the access logs?" is about those, and only about what was asked before where its own words say nothing.
    const own = singledOut(list, asked === undefined ? terms : among(terms, termsOf(asked)), context)
    const singled = own.all ? singledOut(list, terms, context) : own
    const { units } = singled.all && unit.kind === 'step' && list.length > 3 ? { units: [unit] } : singled
    return announced(
      [
        intro === undefined || tellsOfItself(intro.shown) ? '' : sentence(intro.shown, lang),
        spokenRows({ ...singled, units }, lang, shownOn),
      ],
      lang,
      shownOn,
    )
  }
  if (unit.kind === 'code') {
    const intro = siblings[unit.intro ?? -1]
    return announced(
      [
        intro === undefined ? '' : sentence(intro.shown, lang),
        isCommand(unit, undefined) ? spokenCommand(unit.shown, lang, shownOn) : '',
      ],
      lang,
      shownOn,
    )
  }
  return spokenParagraph(unit, section, options)
}

function among<Value>(values: ReadonlyMap<string, Value>, keys: readonly string[]): Map<string, Value> {
  return new Map([...values].filter(([key]) => keys.includes(key)))
}

function termsAsked({ terms, alternatives }: ReadQuestion): Map<string, readonly (readonly string[])[]> {
  return new Map(terms.map((term) => [term, alternatives.get(term) ?? []]))
}

/** What a sentence leans on: "Only when it does not:" says nothing without the sentence before it. */
const leaning =
  /^(?:only|otherwise|if (?:it|not|so|that|this|they)\b|then\b|but\b|in that case|it|they|this|that|these|those|both|above|below)\b|^(?:それ|これ|だめなら|そうでな|その|ただし|また|なお|付けない)/i

/** A paragraph from its beginning up to what answers, with what announces a list and its first items. */
function spokenParagraph(unit: Unit, section: readonly Unit[], { lang, shownOn = 'page' }: SpokenOptions): string {
  const paragraph = section.filter(({ kind, block }) => kind === unit.kind && block === unit.block)
  const at = paragraph.indexOf(unit)
  const before = paragraph.slice(0, at).filter(({ shown }) => !tellsOfItself(shown))
  const chars = before.reduce((sum, { shown }) => sum + shown.length, 0)
  const isNear = unit.kind === 'sentence' && chars <= nearBeginning
  const leansOn = leaning.test(unit.shown) ? before.slice(-1) : []
  const said = [...(isNear ? before : leansOn), unit]
  let room = mostOfParagraph - said.reduce((sum, { shown }) => sum + shown.length, 0)
  for (const next of unit.kind === 'sentence' ? paragraph.slice(at + 1) : []) {
    room -= next.shown.length
    if (room < 0 || tellsOfItself(next.shown)) break
    said.push(next)
  }
  const items = section.filter(({ intro, kind }) => intro === said.at(-1)?.index && kind !== 'code')
  const list = items.length === 0 ? '' : spokenRows({ units: items, all: true }, lang, shownOn)
  const announcer = said.at(-1)
  const code = /[:：]$/.test(announcer?.shown ?? '')
    ? section.find((other) => other.intro === announcer?.index && isCommand(other, announcer))
    : undefined
  return announced(
    [
      ...said.map(({ shown }) => sentence(shown, lang)),
      list,
      code === undefined ? '' : spokenCommand(code.shown, lang, shownOn),
    ],
    lang,
    shownOn,
  )
}

/** "RedisDown: Redis is down, for 5m, severity critical." */
function spokenFields(siblings: readonly Unit[], title: string, lang: Lang): string {
  const told = siblings
    .filter(
      ({ kind, field, shown }) =>
        kind === 'field' && spokenField.test(field ?? '') && shown.length <= 200 && !shown.includes('{{'),
    )
    .toSorted((a, b) => Number(isProse(b)) - Number(isProse(a)))
    .map(({ shown }) =>
      plain(shown)
        .replace(/^(?:summary|description|message):\s*(?:[|>][-+]?\s+)?/, '')
        .replace(/[.']$/, '')
        .replace(/^(\w+):\s*/, '$1 '),
    )
  if (told.length === 0) return sentence(title, lang)
  return lang === 'ja' ? `${title}：${told.join('、')}。` : `${title}: ${told.join(', ')}.`
}

const spokenField = /^(?:summary|description|message|for|severity|team)$/

function isProse({ field = '' }: Unit): boolean {
  return /^(?:summary|description|message)$/.test(field)
}

/** What a model wrote, for the ear: its first two statements. */
export function spokenStatements(
  statements: readonly string[],
  age: string | undefined,
  options: SpokenOptions,
): string {
  const { lang, shownOn = 'page' } = options
  const said = statements.slice(0, 2).map((statement) => {
    const text = statement.replace(/\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g, '')
    const code = /^[ \t]*(`{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1/m.exec(text)
    const words = text.replace(/^[ \t]*(`{3,})[\s\S]*$/m, '').replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')
    const command = code?.[2] === undefined ? '' : spokenCommand(code[2], lang, shownOn)
    return together([/[\p{L}\d]/u.test(words) ? sentence(words, lang) : '', command], lang)
  })
  return together([age ?? '', ...said], lang)
}
