import { posix } from 'node:path'
import { sentenceSpans } from './sentences.ts'

/** Says that what is linked to gave way to this page. */
const replaces =
  /\b(?:replac(?:es|ed|ing)|supersed\w+|obsoletes?|obsoleted|retired|succeeds)\b|(?:に|を)?(?:置き換え|置換)|廃止|後継|旧(?:版|方針|手順|ページ|文書|wiki|英語版|日本語版)|こちらが(?:正|最新)/i
/** Says that what is linked to no longer holds. */
const outdated =
  /\b(?:out ?dated|out of date|obsolete|deprecated|no longer (?:valid|maintained|current|true|up to date))\b|\bnot (?:yet )?(?:been )?(?:brought )?(?:up[- ]to[- ]date|updated)\b|(?:もう|既に|すでに)?古(?:い|く)|(?:更新|反映)されていな|内容が(?:変わ|異な)/i
/** Says that this page itself gave way to what is linked to. */
const replaced =
  /\b(?:this (?:page|document|runbook|guide|procedure)|it) (?:is|was|has been) (?:\w+ ){0,2}(?:replaced|superseded|moved|merged|archived|deprecated|out ?dated|obsolete)\b|\b(?:moved|migrated) to\b|\bsuperseded by\b|\breplaced by\b|\b(?:current|new|latest|up[- ]to[- ]date) (?:page|version|document|runbook|procedure)\b|(?:このページ|この文書|本ページ|本書)は.{0,20}(?:廃止|古|移行|移動|置き換え|統合)|(?:新しい|最新の?)(?:ページ|文書|手順|版)|(?:に|へ)(?:移行|移動|移転)し/i

const inlineLink = /\]\(\s*<?([^()\s<>]+(?:\([^()]*\))?[^()\s<>]*)>?(?:\s+"[^"]*")?\s*\)/g
const otherLink =
  /(?:xref:|link:)([^[\s]+)\[|:doc:`(?:[^`<]*<)?([^`<>]+)>?`|<a\b[^>]*\bhref=["']([^"']+)["']|`[^`<]*<([^`<>\s]+)>`__?/gi

/**
 * Whether a page says of another that it takes its place ('newer': this one does, 'older': the other one does), in a
 * sentence that links to it.
 */
export function declaredAgainst(
  page: { path: string; text: string },
  other: { path: string; url: string },
): 'newer' | 'older' | undefined {
  for (const { from, to } of sentenceSpans(page.text)) {
    const sentence = page.text.slice(from, to)
    if (!linksIn(sentence).some((link) => leadsTo(link, page.path, other))) continue
    if (replaced.test(sentence)) return 'older'
    if (replaces.test(sentence) || outdated.test(sentence)) return 'newer'
  }
  return undefined
}

function linksIn(sentence: string): string[] {
  return [
    ...[...sentence.matchAll(inlineLink)].map(([, target]) => target ?? ''),
    ...[...sentence.matchAll(otherLink)].map((found) => found.slice(1).find((target) => target !== undefined) ?? ''),
  ].filter((target) => target !== '')
}

function leadsTo(link: string, from: string, { path, url }: { path: string; url: string }): boolean {
  const target = link.replace(/[#?].*$/, '')
  if (target === '') return false
  if (/^[a-z]+:\/\//i.test(target)) return target === url.replace(/[#?].*$/, '') || target.endsWith(`/${path}`)
  const absolute = target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(from), target)
  const bare = (name: string): string => name.replace(/\/$/, '').replace(/\.\w{2,8}$/, '')
  return absolute === path || bare(absolute) === bare(path)
}
