import { isPlaceholder, looksRandom } from './secrets-placeholders.ts'
import type { SecretSpan } from './secrets-tokens.ts'

/** A heading, or the name of a row, that ends so has passwords beside or below it: `Password`, `DB password (prod)`. */
const passwordName =
  /(?:pass(?:word|wd|phrase|code)|(?:^|[\s_-])(?:pwd|pw|pass)|パスワード|暗証番号)\s*(?:[(（][^)）]*[)）])?$/i
/** So has whatever else is secret, which has to look so. */
const secretName =
  /(?:(?:^|[\s_-])(?:token|secret|credentials?)|(?:api|access|secret|private|license|routing)[\s_-]?key|トークン|シークレット|(?:api|アクセス|秘密)\s?(?:キー|鍵)|認証情報)\s*(?:[(（][^)）]*[)）])?$/i
/** Beside a column of names of people and machines, a plain word in the column of passwords is one. */
const ownerName =
  /user|login|account|e-?mail|host|server|url|service|(?:^|\s)id$|ユーザ|アカウント|ログイン|ホスト|サーバ|接続先|サービス/i
const anyName = /pass|pwd|pw|secret|token|key|credential|パスワード|暗証|シークレット|トークン|キー|鍵|認証/i

/** Where passwords are kept, and what is said of them instead. */
const elsewhere =
  /^(?:vault|1password|bitwarden|lastpass|keepass\w*|ldap|sso|okta|saml|oidc|kerberos|keychain|keyring|secretsmanager|ssm|kms|rotated|expired|shared|unknown|various|same|ditto|internal|personal|individual|varies|daily|weekly|monthly|quarterly|yearly|annually|never|always|stored|managed|hardcoded|n\/?a|あり|なし|有|無|必要|不要|必須|任意|同上|非公開|別途|個別)$/i

interface Cell {
  from: number
  to: number
  text: string
}

/** What stands under a heading like `Password` in a Markdown table, or beside such a name in the first column. */
export function tableSecretsIn(text: string): SecretSpan[] {
  if (!text.includes('|') || !anyName.test(text)) return []
  const spans: SecretSpan[] = []
  let at = 0
  let previous: Cell[] = []
  let table: Table | undefined
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const row = cellsOf(text, at, end)
    if (row.length === 0) table = undefined
    else if (isDelimiter(text, at, end)) table ??= tableOf(previous)
    else if (table !== undefined) spans.push(...secretsOfRow(row, table))
    previous = row
    at = end + 1
  }
  return spans
}

interface Table {
  /** What stands in each column. */
  columns: ('password' | 'secret' | undefined)[]
  /** Some other column says whose they are. */
  hasOwners: boolean
}

function tableOf(headings: readonly Cell[]): Table {
  return {
    columns: headings.map(({ text }) => kindOf(text)),
    hasOwners: headings.some(({ text }) => ownerName.test(text) && kindOf(text) === undefined),
  }
}

function kindOf(name: string): 'password' | 'secret' | undefined {
  const bare = name.replaceAll(/[*`_~]/g, (sign) => (sign === '_' ? '_' : '')).trim()
  if (bare.length > 60) return undefined
  if (passwordName.test(bare)) return 'password'
  return secretName.test(bare) ? 'secret' : undefined
}

function secretsOfRow(row: readonly Cell[], { columns, hasOwners }: Table): SecretSpan[] {
  const spans = row.flatMap((cell, column) => {
    const kind = columns[column]
    return kind === undefined ? [] : secretOf(cell, kind, hasOwners)
  })
  const [name, value] = row
  const named =
    name === undefined || columns[0] !== undefined || columns[1] !== undefined ? undefined : kindOf(name.text)
  // Here a plain word is a type, or says something of it.
  if (named === undefined || value === undefined) return spans
  return [...spans, ...secretOf(value, named, false)]
}

function secretOf(cell: Cell, kind: 'password' | 'secret', hasOwners: boolean): SecretSpan[] {
  const quoted = /^(?:\*{0,2})([`"'「])(.+)([`"'」])(?:\*{0,2})$/.exec(cell.text)
  const value = quoted?.[2] ?? cell.text
  if (!/^[\x21-\x7e]{4,400}$/.test(value) || isPlaceholder(value) || elsewhere.test(value)) return []
  if (!isSecret(value, kind, hasOwners && kind === 'password', quoted !== null)) return []
  const from = cell.from + cell.text.indexOf(value)
  return [{ from, to: from + value.length, kind: kind === 'password' ? 'password' : 'secret' }]
}

function isSecret(value: string, kind: 'password' | 'secret', hasOwners: boolean, isQuoted: boolean): boolean {
  if (kind === 'secret') return looksRandom(value, 12) || (isQuoted && looksRandom(value, 8))
  if (/^\d{1,5}$/.test(value) || /^\[.*\]\(.*\)$/.test(value)) return false
  if (hasOwners) return isQuoted || !/^[A-Z]?[a-z]{1,4}$|^[A-Z][a-z]+$/.test(value)
  return (
    looksRandom(value, 6) ||
    (/\d/.test(value) &&
      /[A-Za-z]/.test(value) &&
      /^[\w!@#$%^&*+?.=-]{6,}$/.test(value) &&
      !/^[a-z]+-?\d+$/.test(value))
  )
}

/** The cells between bars that no backslash stands before; [] where there is no bar. */
function cellsOf(text: string, from: number, to: number): Cell[] {
  const bars: number[] = []
  for (let bar = text.indexOf('|', from); bar !== -1 && bar < to; bar = text.indexOf('|', bar + 1)) {
    if (text[bar - 1] !== '\\' || bar === from) bars.push(bar)
  }
  if (bars.length === 0) return []
  const edges = [from - 1, ...bars, to]
  const cells = edges.slice(1).map((end, index) => trimmed(text, (edges[index] ?? 0) + 1, end))
  // What stands outside of a row's own bars is no cell, but indentation or a quote's mark.
  if (/^[ \t>]*$/.test(cells[0]?.text ?? '')) cells.shift()
  if (cells.at(-1)?.text === '') cells.pop()
  return cells
}

function trimmed(text: string, from: number, to: number): Cell {
  let [start, end] = [from, to]
  while (start < end && /\s/.test(text[start] ?? '')) start++
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--
  return { from: start, to: end, text: text.slice(start, end) }
}

/** The line below the headings: dashes, colons and bars. */
function isDelimiter(text: string, from: number, to: number): boolean {
  return to - from < 2000 && /^[ \t>|:-]*-[ \t>|:-]*$/.test(text.slice(from, to))
}
