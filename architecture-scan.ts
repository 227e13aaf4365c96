/** A word, a number, a mark, or a whole string or regular expression; comments and blanks are left out. */
export interface Token {
  kind: 'word' | 'number' | 'string' | 'regex' | 'mark'
  /** Of a string what stands between its quotes. */
  text: string
  line: number
}

export interface Import {
  specifier: string
  /** As the other file exports them; `*` stands for all of them. */
  names: readonly string[]
  typeOnly: boolean
  line: number
}

const patterns = [
  ['blank', /\s+/y],
  ['comment', /\/\/.*|\/\*[\s\S]*?\*\//y],
  ['word', /[\p{ID_Start}$_#@][\p{ID_Continue}$]*/uy],
  ['number', /\d[\w.]*/y],
  ['string', /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y],
  ['regex', /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y],
  ['mark', /[\s\S]/y],
] as const

/** After these words a slash begins a regular expression; after any other word it divides. */
const beforeRegex = /^(?:return|typeof|case|of|in|do|else|void|delete|await|yield|throw|instanceof)$/

/**
 * Cuts TypeScript into tokens, so that nothing in a comment, a string or a regular expression is taken for code. What
 * stands in the `${}` of a template is code.
 */
export function tokens(source: string): Token[] {
  const found: Token[] = []
  /** One for each open template: how many braces are open in its `${}`. */
  const templates: number[] = []
  let at = 0
  let line = 1
  const take = (kind: Token['kind'] | 'blank' | 'comment', text: string, kept = text) => {
    if (kind !== 'blank' && kind !== 'comment') found.push({ kind, text: kept, line })
    line += text.split('\n').length - 1
    at += text.length
  }
  const takeTemplate = () => {
    const end = templateEnd(source, at + 1)
    if (end.opens) templates.push(0)
    take('string', source.slice(at, end.at), source.slice(at + 1, end.at - (end.opens ? 2 : 1)))
  }
  while (at < source.length) {
    const open = templates.at(-1)
    if (source[at] === '`') takeTemplate()
    else if (source[at] === '}' && open === 0) {
      templates.pop()
      takeTemplate()
    } else {
      const [kind, text] = next(source, at, found.at(-1))
      if (open !== undefined && text === '{') templates.push((templates.pop() ?? 0) + 1)
      if (open !== undefined && text === '}') templates.push((templates.pop() ?? 0) - 1)
      take(kind, text, kind === 'string' ? text.slice(1, -1) : text)
    }
  }
  return found
}

function next(source: string, at: number, before: Token | undefined): [(typeof patterns)[number][0], string] {
  for (const [kind, pattern] of patterns) {
    if (kind === 'regex' && !mayBeginRegex(before)) continue
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) return [kind, match[0]]
  }
  return ['mark', source.slice(at, at + 1)]
}

function mayBeginRegex(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === 'word') return beforeRegex.test(before.text)
  return before.kind === 'mark' && !/[)\]}]/.test(before.text)
}

/** Where a template's text ends: behind its closing backquote, or behind the `${` that opens code. */
function templateEnd(source: string, from: number): { at: number; opens: boolean } {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '`') return { at: at + 1, opens: false }
    else if (source[at] === '$' && source[at + 1] === '{') return { at: at + 2, opens: true }
  }
  return { at: source.length, opens: false }
}

/** Everything that a file imports, re-exports, imports later (`import()`), or starts by `new URL(…, import.meta.url)`. */
export function imports(code: readonly Token[]): Import[] {
  return code.flatMap((token, index) => {
    if (token.kind !== 'word' || code[index - 1]?.text === '.') return []
    if (token.text === 'import') return importAt(code, index)
    if (token.text === 'export') return exportAt(code, index)
    return token.text === 'URL' ? urlAt(code, index) : []
  })
}

function importAt(code: readonly Token[], index: number): Import[] {
  const [token, after, third] = [code[index], code[index + 1], code[index + 2]]
  if (token === undefined || after === undefined || after.text === '.' || after.text === ':') return []
  const { line } = token
  if (after.kind === 'string') return [{ specifier: after.text, names: [], typeOnly: false, line }]
  if (after.text === '(') {
    return third?.kind === 'string' ? [{ specifier: third.text, names: ['*'], typeOnly: false, line }] : []
  }
  return clauseAt(code, index)
}

function exportAt(code: readonly Token[], index: number): Import[] {
  const after = code[index + 1]
  const clause = after?.text === 'type' ? code[index + 2] : after
  return clause?.text === '*' || clause?.text === '{' ? clauseAt(code, index) : []
}

/** `import|export [type] a, { b as c, type d } from 'e'`, `* as f from 'g'`. */
function clauseAt(code: readonly Token[], index: number): Import[] {
  const names: string[] = []
  let values = 0
  let depth = 0
  const afterFirst = code[index + 2]?.text
  const allTypes = code[index + 1]?.text === 'type' && afterFirst !== 'from' && afterFirst !== ','
  for (let at = index + (allTypes ? 2 : 1); at < code.length; at++) {
    const [token, before] = [code[at], code[at - 1]?.text]
    if (token === undefined || token.kind === 'number' || token.kind === 'regex') return []
    if (token.kind === 'string') {
      if (before !== 'from') return []
      const line = code[index]?.line ?? 0
      return [{ specifier: token.text, names, typeOnly: allTypes || (names.length > 0 && values === 0), line }]
    }
    if (token.text === '{') depth++
    else if (token.text === '}') depth--
    else if (token.text === '*') {
      names.push('*')
      values++
    } else if (depth > 0 && token.kind === 'word' && (before === '{' || before === ',' || before === 'type')) {
      const marksType = token.text === 'type' && code[at + 1]?.kind === 'word' && code[at + 1]?.text !== 'as'
      if (!marksType) names.push(token.text)
      if (!marksType && before !== 'type') values++
    } else if (depth === 0 && token.kind === 'word' && (at === index + 1 || (allTypes && at === index + 2))) {
      names.push('default')
      values++
    } else if (token.kind === 'mark' && token.text !== ',') return []
    if (token.text === '}' && depth === 0 && code[at + 1]?.text !== 'from') return []
  }
  return []
}

function urlAt(code: readonly Token[], index: number): Import[] {
  const [open, first, comma, word] = code.slice(index + 1, index + 5)
  const isModule = open?.text === '(' && first?.kind === 'string' && comma?.text === ',' && word?.text === 'import'
  return isModule && /\.[mc]?[jt]s$/.test(first.text)
    ? [{ specifier: first.text, names: ['*'], typeOnly: false, line: first.line }]
    : []
}

/** Lines on which a value's type is asserted: `x as Y`, but not `as const`, nor a name given in an import or export. */
export function assertions(code: readonly Token[]): number[] {
  const found: number[] = []
  let inClause = false
  for (const [index, token] of code.entries()) {
    const [before, after] = [code[index - 1], code[index + 1]]
    if (token.kind === 'word' && /^(?:import|export)$/.test(token.text) && before?.text !== '.') {
      const clause = after?.text === 'type' ? code[index + 2] : after
      inClause = clause?.text === '{' || clause?.text === '*' || (token.text === 'import' && clause?.kind === 'word')
    }
    if (token.kind === 'string' || token.text === '}') inClause = false
    if (inClause || token.kind !== 'word' || token.text !== 'as' || after === undefined) continue
    const endsValue = before !== undefined && (before.kind !== 'mark' || /[)\]}]/.test(before.text))
    if (
      endsValue &&
      after.text !== 'const' &&
      /^(?:word|string)$|[{[(]/.test(after.kind === 'mark' ? after.text : after.kind)
    ) {
      found.push(token.line)
    }
  }
  return found
}

/** Lines that write to the console. */
export function consoleCalls(code: readonly Token[]): number[] {
  return code.flatMap((token, index) =>
    token.kind === 'word' && token.text === 'console' && code[index - 1]?.text !== '.' && code[index + 1]?.text === '.'
      ? [token.line]
      : [],
  )
}

/** Lines where the type `any` stands. */
export function anyTypes(code: readonly Token[]): number[] {
  return code.flatMap((token, index) => {
    const [before, after] = [code[index - 1]?.text ?? '', code[index + 1]?.text ?? '']
    const isType = /^(?:[:<|&]|as|satisfies|=)$/.test(before) || (before === ',' && /^[>,]$/.test(after))
    return token.kind === 'word' && token.text === 'any' && isType && !/^[.(:]$/.test(after) ? [token.line] : []
  })
}

/** Names of the interfaces that the classes of a file implement, with the class. */
export function implementations(code: readonly Token[]): { className: string; ports: string[] }[] {
  return code.flatMap((token, index) => {
    const name = code[index + 1]
    if (token.text !== 'class' || name?.kind !== 'word') return []
    const body = code.findIndex((each, at) => at > index && each.text === '{')
    const head = code.slice(index + 2, body < 0 ? undefined : body)
    const from = head.findIndex((each) => each.text === 'implements')
    if (from < 0) return []
    const ports = head
      .slice(from + 1)
      .filter((each, at, all) => each.kind === 'word' && (at === 0 || all[at - 1]?.text === ','))
    return [{ className: name.text, ports: ports.map((each) => each.text) }]
  })
}

/** Names of the interfaces that a file exports. */
export function exportedInterfaces(code: readonly Token[]): string[] {
  return code.flatMap((token, index) =>
    token.text === 'export' && code[index + 1]?.text === 'interface' ? [code[index + 2]?.text ?? ''] : [],
  )
}
