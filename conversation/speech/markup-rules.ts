import { spokenArgument } from './commands.ts'
import { codeSaid, type Part, type Rule, rule, type SpeechContext } from './rule.ts'
import { words } from './wording.ts'

/** An address ends before the signs that close a sentence or what surrounds it. */
const address = /https?:\/\/[^\s<>"'`）」』】、。]*[^\s<>"'`）」』】、。.,;:!?)\]]/

/** Signs that make a code of what would else be words: `--` alone, too, and a name with signs after other words. */
const codeSigns = /[/\\=|<>{}$*~&;:@]|(?:^|\s)-{1,2}(?:\w|\s|$)|^[a-z][a-z0-9]*\s(?:.*\s)?[\w.-]*\w[-_.]\w/

/** A path, a file or somebody's handle, which people say without its signs. */
const placeOrHandle = /^(?:@|~?\/|\.\/)?[A-Za-z][\w.-]*(?:\/[\w.-]+)*\/?$/

/** Markdown and what else is for the eye. */
export const markupRules: readonly Rule[] = [
  rule(/<!--[\s\S]*?-->/, () => ''),
  // Citation marks, footnotes.
  rule(/\s*\[\^?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\](?![(\w])/, () => ''),
  rule(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/, () => ''),
  rule(/\[([^\][]+)\](?:\([^()\s]*(?:\([^()]*\))?[^()\s]*(?:\s+"[^"]*")?\)|\[[^\]]*\])/, (match) => [
    { from: 1, to: 1 + (match[1] ?? '').length },
  ]),
  rule(new RegExp(`<?(${address.source})>?`), (match, context) => linkSaid(match[1] ?? '', context)),
  rule(/(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/, (match, { lang, lexicon }) => spokenArgument(match[0], lang, lexicon)),
  rule(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i, () => ' '),
  rule(/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, (match, context) => inlineCode(match, context)),
  rule(/(\*\*\*|\*\*|__|~~)(?=\S)([\s\S]*?\S)\1/, (match) => inner(match[1], match[0])),
  rule(/(?<![\w*])([*_])(?=[^\s*_])([^*_\n]*[^\s*_])\1(?![\w*])/, (match) => inner(match[1], match[0])),
  rule(/(?<!\w):[a-z][a-z0-9_+-]{2,}:(?!\w)/, () => ''),
  rule(/(?:\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}]|\u{fe0f}|\u{200d}|\u{20e3})+/u, (match) =>
    /^[©®™↔↕]/u.test(match[0]) ? undefined : ' ',
  ),
]

function inner(mark = '', whole: string): Part[] {
  return [{ from: mark.length, to: whole.length - mark.length }]
}

function linkSaid(url: string, { lang, lexicon }: SpeechContext): string {
  const host = /^https?:\/\/(?:www\.)?([^/:?#]+)/.exec(url)?.[1] ?? ''
  return words[lang].link(spokenArgument(host, lang, lexicon))
}

/** What is marked as code but reads as words is read as words: a name, a figure, a message. */
function inlineCode(match: RegExpExecArray, context: SpeechContext): string | readonly Part[] {
  const [whole, marks = '', raw = ''] = match
  const code = raw.trim()
  if (codeSigns.test(code) && !placeOrHandle.test(code)) return codeSaid(code, context)
  return [{ from: marks.length, to: whole.length - marks.length }]
}
