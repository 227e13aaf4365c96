import { isPlaceholder, looksRandom } from './secrets-placeholders.ts'
import type { SecretSpan } from './secrets-tokens.ts'

/** How much a name vouches for its value being secret: `password` a lot, `token` only for what looks like one. */
const strong =
  'pass(?:word|wd|phrase|code)|(?<![a-z])pass|(?<![a-z])pwd|(?:bind|root)_?pw|requirepass|masterauth|パスワード|暗証番号'
const weak =
  'secret|token|(?:api|access|secret|private|signing|encryption|shared|account|auth|license|master|service|app|application|client|consumer|webhook|hmac|routing|integration|certificate)[_ .-]?key|(?<![a-z])auth|credentials?|(?<![a-z])sig|(?:set-)?cookie|client-key-data|dockerconfigjson|トークン|シークレット|(?:api|アクセス|秘密)(?:キー|鍵)'

/**
 * A name, what stands between it and the value, and the value in quotes or without. `password_file`, `tokenRef` and the
 * like don't match, since the name has to end where the separator begins.
 */
const assignment = new RegExp(
  `(?:(${strong})|(${weak}))(?:s?["'\`*]{0,3})(\\s{0,3}(?:[:=]{1,2}>?|：|＝|=>|は)[ \\t]{0,10}|[ \\t]{1,3})(?:"([^"\\n]{1,2000})"|'([^'\\n]{1,2000})'|\`([^\`\\n]{1,500})\`|[「『]([^」』\\n]{1,200})[」』]|([^\\s"'\`「『」』]{1,4000}))`,
  'gdi',
)
const nearName =
  /pass|pwd|_?pw|secret|token|key|auth|credential|sig|cookie|dockerconfig|パスワード|暗証|トークン|シークレット|キー|鍵/i

export function assignmentsIn(text: string): SecretSpan[] {
  if (!nearName.test(text)) return []
  const spans: SecretSpan[] = []
  for (const match of text.matchAll(assignment)) {
    const group = [4, 5, 6, 7, 8].find((index) => match[index] !== undefined) ?? 8
    const found = {
      text,
      at: match.index,
      isStrong: match[1] !== undefined,
      between: match[3] ?? '',
      isQuoted: group < 8,
      isShell: match[3] === '=' && /^[A-Z]+$/.test(match[1] ?? ''),
    }
    const [from = 0, to = 0] = match.indices?.[group] ?? []
    const raw = match[group] ?? ''
    const isWhole = found.isQuoted || (isAscii(raw) && isWholeLine(text, match.index, to))
    const value = isWhole ? raw : bareValue(raw)
    const kind = kindOf(match[1] ?? match[2] ?? '')
    if (value !== '' && isSecret(value, from + value.length, found)) spans.push({ from, to: from + value.length, kind })
  }
  return spans
}

interface Found {
  text: string
  at: number
  isStrong: boolean
  between: string
  isQuoted: boolean
  /** `PASSWORD=x command` */
  isShell: boolean
}

/** `DB_PASSWORD=x` or `password: x` alone on its line: whatever signs stand in the value belong to it. */
function isWholeLine(text: string, at: number, to: number): boolean {
  if (to < text.length && text[to] !== '\n') return false
  const start = text.lastIndexOf('\n', Math.max(0, at - 1)) + 1
  return at - start < 80 && /^[\s-]*(?:export[ \t]+)?[\w.-]*$/.test(text.slice(start, at))
}

/** A value without quotes ends before what closes a list, a call, a connection string or a sentence. */
function bareValue(raw: string): string {
  const cut = /[,;&|)\]}<>]|[^\x21-\x7e]|\\n|$/.exec(raw)?.index ?? raw.length
  return raw.slice(0, cut).replace(/[.:!?]+$/, '')
}

/** A password in another script would be one of a kind; a Japanese sentence after a name is common. */
function isAscii(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value)
}

function kindOf(name: string): string {
  if (/pass|pwd|pw|auth$|パスワード|暗証/i.test(name)) return 'password'
  if (/key|キー|鍵/i.test(name)) return 'key'
  return /token|トークン/i.test(name) ? 'token' : 'secret'
}

function isSecret(value: string, to: number, found: Found): boolean {
  if (isPlaceholder(value) || value.length < 3 || found.text.slice(found.at - 3, found.at) === '://') return false
  if (/^[ \t]+$/.test(found.between)) return isFlagValue(value, found)
  if (value.includes(' ') && !/^(?:Bearer|Basic|Token) /i.test(value)) return looksLikePhrase(value, found)
  if (found.between.includes('は')) return looksRandom(value, 6)
  if (!found.isStrong) return looksRandom(value, 12) || (found.isQuoted && looksRandom(value, 8))
  const isAlone =
    found.isShell ||
    /^[ \t]*(?:$|#|\/\/|[,;&|)\]}\\"'`<]|\n)/.test(found.text.slice(to, to + 12)) ||
    to >= found.text.length
  return isAlone ? value.length >= 4 && !/^\d{1,5}$/.test(value) : looksRandom(value, 7)
}

/** `--password x`, `requirepass x`: a name and its value with a blank between, which prose has too. */
function isFlagValue(value: string, { text, at, isStrong, isQuoted }: Found): boolean {
  if (value.startsWith('-') || value.startsWith('=')) return false
  const before = text.slice(Math.max(0, at - 40), at)
  const isFlag = /(?:^|[\s"'`([])--?[\w-]*$/.test(before)
  const isDirective =
    /(?:^|\n)[ \t]*[\w-]*$/.test(before) && /^(?:requirepass|masterauth|bindpw|rootpw)/i.test(text.slice(at, at + 12))
  const isSql = /(?:with|encrypted|set|identified by)\s+$/i.test(before) && isQuoted
  const isNetrc = /\blogin\s+\S+\s+$/.test(before)
  if (isDirective || isSql || isNetrc) return true
  if (!isFlag) return false
  return isStrong ? !/^[a-z]+$/.test(value) || isQuoted : looksRandom(value, 10)
}

/** A passphrase of several words is only taken for one in quotes behind a strong name. */
function looksLikePhrase(value: string, { isStrong, isQuoted }: Found): boolean {
  return isStrong && isQuoted && value.length <= 80 && /\d/.test(value) && !/[.:]\s|\s(?:the|is|a|to|of)\s/.test(value)
}
