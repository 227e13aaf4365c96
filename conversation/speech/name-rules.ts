import type { Lang } from '#knowledge/document.ts'
import { isSayable, spokenArgument, spokenCode } from './commands.ts'
import { spokenIdentifier, spokenWord } from './identifiers.ts'
import type { Lexicon } from './lexicon.ts'
import { codeSaid, type Rule, rule } from './rule.ts'
import { words } from './wording.ts'

const begins = '(?<![A-Za-z0-9_])'
const ends = '(?![A-Za-z0-9_])'
/** What may be the value of a flag; the sign that ends the sentence is none of it. */
const value = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^\s,;、。"'()（）「」]*[^\s,;、。"'()（）「」.!?:])`

/** A flag in its sentence makes a command of what is around it, also where nothing marks it as one: then each sign counts. */
function isInCommand({ input, index }: RegExpExecArray): boolean {
  const before = input.slice(0, index)
  const from = Math.max(...[...before.matchAll(/[。！？\n]|[.!?:;]\s/g)].map((end) => end.index), -1)
  const rest = /[。！？\n]|[.!?;](?:\s|$)/.exec(input.slice(index))
  const sentence = input.slice(from + 1, index + (rest?.index ?? input.length))
  return /(?:^|\s)--?[A-Za-z]/.test(sentence)
}

/** A path, or names with strokes between them, as people say them: by its parts. "runbooks, ledger failover dot M D" */
function partsSaid(path: string, lang: Lang, lexicon: Lexicon): string {
  const parts = path
    .replace(/^~\//, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
  return parts.map((part) => nameSaid(part, lang, lexicon)).join(lang === 'ja' ? 'の' : ' ')
}

/** A name with dots: each of its parts as the name it is. */
function nameSaid(name: string, lang: Lang, lexicon: Lexicon): string {
  if (name === 'etc') return lang === 'ja' ? 'エトシー' : 'et C'
  const dot = lang === 'ja' ? 'ドット' : 'dot'
  const parts = name.replace(/^\./, '').split('.')
  return parts.map((part) => spokenIdentifier(part, lang, lexicon)).join(` ${dot} `)
}

/** A term of the lexicon, unless it is a part of something longer. */
export const lexiconRule: Rule = rule(/\S/, ({ input, index }, { lang, lexicon }) => {
  const found = lexicon.at(input, index, lang)
  if (found === undefined) return undefined
  const { length, reading } = found
  const isWord = /^[A-Za-z0-9]/.test(input.charAt(index))
  if (isWord && /[_\-./=@:\\]/.test(input.charAt(index - 1))) return undefined
  const next = input.slice(index + length, index + length + 2)
  return /^(?:[_\-=@\\]|[.:])[A-Za-z0-9]|^\//.test(next) ? undefined : { said: reading, length }
})

/** Commands' parts, and names that are written as no word is. */
export const nameRules: readonly Rule[] = [
  // --to-revision=3, -n
  rule(new RegExp(String.raw`(?<![\w-])--?[A-Za-z][\w-]*(?:=${value})?`), (match, context) =>
    codeSaid(match[0], context),
  ),
  // KEY=value
  rule(new RegExp(String.raw`${begins}[A-Za-z_][\w.-]*=(?![=>])${value}`), (match, context) =>
    codeSaid(match[0], context),
  ),
  // @team/people
  rule(/(?<![\w/])@[A-Za-z][\w-]*(?:\/[A-Za-z][\w-]*)+/, (match, { lang, lexicon }) =>
    partsSaid(match[0].slice(1), lang, lexicon),
  ),
  // /etc/hosts, ~/.ssh, ./run.sh
  rule(/(?<![\w/.])(?:~|\.{1,2})?(?:\/[\w.@{}$%+-]*[\w@{}$%+])+\/?/, (match, context) =>
    isInCommand(match) ? codeSaid(match[0], context) : partsSaid(match[0], context.lang, context.lexicon),
  ),
  // deploy/api, read/write
  rule(
    new RegExp(String.raw`${begins}[A-Za-z0-9_.-]*[A-Za-z0-9_](?:/[A-Za-z0-9_.-]*[A-Za-z0-9_])+(?::\d{2,5})?${ends}`),
    (match, { lang, lexicon }) =>
      !/[A-Za-z]/.test(match[0]) || !isSayable(match[0])
        ? undefined
        : isInCommand(match)
          ? spokenArgument(match[0], lang, lexicon)
          : partsSaid(match[0], lang, lexicon),
  ),
  // deploy/
  rule(new RegExp(`${begins}[A-Za-z0-9_.-]*[A-Za-z0-9_]/(?![A-Za-z0-9/])`), (match, { lang, lexicon }) =>
    isInCommand(match) ? spokenArgument(match[0], lang, lexicon) : partsSaid(match[0], lang, lexicon),
  ),
  // redis.internal:6379, values.yaml
  rule(
    new RegExp(
      String.raw`${begins}((?=[\w.-]*[A-Za-z])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*[A-Za-z0-9])+)(?::(\d{2,5}))?${ends}`,
    ),
    (match, { lang, lexicon }) => {
      const [, name = '', port] = match
      // The next sentence, without a space before it.
      if (/^[a-z]+\.[A-Z][a-z]+$/.test(name)) return undefined
      const said = isInCommand(match) ? spokenArgument(name, lang, lexicon) : nameSaid(name, lang, lexicon)
      return port === undefined ? said : `${said} ${words[lang].port(port)}`
    },
  ),
  // redis:6379
  rule(
    new RegExp(String.raw`${begins}([A-Za-z][\w-]*):(\d{2,5})${ends}`),
    (match, { lang, lexicon }) =>
      `${spokenIdentifier(match[1] ?? '', lang, lexicon)} ${words[lang].port(match[2] ?? '')}`,
  ),
  // #incidents
  rule(/(?<!\w)#([a-z][\w-]+)/, (match, { lang, lexicon }) =>
    words[lang].channel(spokenIdentifier(match[1] ?? '', lang, lexicon)),
  ),
  rule(/(?<!\w)@(?=[A-Za-z])/, () => ''),
  // DO NOT RUN THIS
  rule(new RegExp(String.raw`${begins}[A-Z]{2,}(?:\s+[A-Z]{2,}){2,}${ends}`), (match) => match[0].toLowerCase()),
  // snake_case, camelCase, kebab-case, and words with digits in them
  rule(
    new RegExp(
      String.raw`${begins}(?:[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[A-Z]{2,}[a-z]\w+|[A-Za-z]+\d[A-Za-z0-9]*|_+\w+)${ends}`,
    ),
    (match, { lang, lexicon }) => spokenIdentifier(match[0], lang, lexicon),
  ),
  rule(new RegExp(`${begins}[A-Z]{2,}s?${ends}`), (match, { lang, lexicon }) => spokenWord(match[0], lang, lexicon)),
  // A command that isn't marked as one is said by its parts; its quotes and braces are left.
  rule(/\$\{?[A-Za-z_]\w*\}?/, (match, { lang, lexicon }) => spokenCode(match[0], lang, lexicon)),
]
