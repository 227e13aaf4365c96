import { detectLang } from '#knowledge/language.ts'
import type { Block, ParsedDocument, RawEntry } from '../source.ts'
import { safeSummary, titleFromPath } from './page.ts'
import { plainMessage, type Rule, rulesOf } from './prometheus-rules.ts'

/**
 * One document for each alert of a rule file (rules of one name are one alert at several severities), and one for all
 * its recording rules.
 */
export function alertDocuments(raw: RawEntry, lines: readonly string[]): ParsedDocument[] {
  const rules = rulesOf(lines)
  const alerts = Map.groupBy(
    rules.filter((rule) => rule.kind === 'alert'),
    (rule) => rule.name,
  )
  const documents = [...alerts].map(([name, ofName]) => alertDocument(raw, name, ofName))
  const recording = rules.filter((rule) => rule.kind === 'record')
  return recording.length === 0 ? documents : [...documents, recordingDocument(raw, recording)]
}

function alertDocument(raw: RawEntry, name: string, rules: readonly Rule[]): ParsedDocument {
  const heading = [name]
  const said = rules.map((rule) => `${rule.summary} ${rule.description}`.trim()).find((text) => text !== '') ?? ''
  const summary = safeSummary(plainMessage(said)) ?? ''
  return {
    part: name,
    kind: 'alert',
    title: name,
    lang: detectLang(summary),
    owners: raw.owners,
    summary,
    aliases: [],
    blocks: rules.map((rule) => blockOf(rule, 'fields', heading)),
  }
}

function recordingDocument(raw: RawEntry, rules: readonly Rule[]): ParsedDocument {
  const headings = new Map(rules.map(({ group }) => [group, group === '' ? [] : [group]]))
  const title = `${titleFromPath(raw.path)}: recording rules`
  return {
    part: 'recording rules',
    kind: 'page',
    title,
    lang: 'en',
    owners: raw.owners,
    summary: 'Recording rules: series that Prometheus computes from others.',
    aliases: [],
    blocks: rules.map((rule) => blockOf(rule, 'code', headings.get(rule.group) ?? [])),
  }
}

function blockOf(rule: Rule, kind: Block['kind'], heading: readonly string[]): Block {
  const { text, fromLine, toLine } = rule.block
  return { kind, heading, text, fromLine, toLine }
}
