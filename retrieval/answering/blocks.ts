/** A structural piece of a passage's text, by its lines' offsets; `to` excludes the last line break. */
export interface TextBlock {
  kind: 'paragraph' | 'item' | 'code' | 'table' | 'heading' | 'fields'
  from: number
  to: number
  /** Items of one list share it. */
  list?: number | undefined
  ordered?: boolean | undefined
  /** Where the item's own words begin, after its marker. */
  contentFrom: number
  /** Where the code or the words end, before a closing fence. */
  contentTo: number
  /** Leading blanks of its first line. */
  indent: number
  /** Of code. */
  language?: string | undefined
  /** Of a heading: 1 the outermost. */
  level?: number | undefined
  /** Of a table: each cell begins with its line, and the first line is the head. */
  byCell?: boolean | undefined
}

interface Line {
  from: number
  to: number
  text: string
  indent: number
}

/** AsciiDoc numbers its items with dots, one for each level. */
const itemStart = /^(\s*)(?:>\s*)*([-+•・]|\*{1,5}|\d{1,3}[.)]|[a-zA-Z][.)]|#\.|\.{1,5})\s+(?=\S)/
const fence = /^(\s*)(?:>\s*)?(`{3,}|~{3,})\s*([\w+-]*)/
const asciidocFence = /^(-{4,}|\.{4,})\s*$/
const atxHeading = /^ {0,3}(#{1,6})\s+\S|^(={1,5})\s+\S/
const underline = /^(={3,}|-{3,}|~{3,}|\^{3,})\s*$/
const ruler = /^\s*([-*_]\s*){3,}$/
const directive = /^(\s*)\.\.\s+(?:code-block|code|sourcecode|parsed-literal|literalinclude|prompt)::\s*(\S*)/
const tableRule = /^\s*\|?[\s:|-]*-{3,}[\s:|-]*\|[\s:|-]*$/
const asciidocTable = /^\|={3,}\s*$/
const markup = /^\s*(<!--|\{\{<|\{\{%|:::|<\/?details|<\/?summary|<\/?div|\.\. |\|===|\[source|\+\s*$)/
const keyed = /^\s*(?:- )?["']?[\w.$/-]+["']?:(?:\s|$)/

/** Reads Markdown, reStructuredText, AsciiDoc, rule files and plain text for what can be quoted on its own. */
export function blocksOf(text: string, fieldsOnly = false): TextBlock[] {
  const lines = linesOf(text)
  if (fieldsOnly) return lines.length === 0 ? [] : [block('fields', lines, 0, lines.length)]
  return new BlockReader(lines).read()
}

function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let from = 0
  for (const line of text.split('\n')) {
    const shown = line.endsWith('\r') ? line.slice(0, -1) : line
    lines.push({ from, to: from + shown.length, text: shown, indent: shown.search(/\S|$/) })
    from += line.length + 1
  }
  return lines
}

function block(kind: TextBlock['kind'], lines: readonly Line[], first: number, after: number): TextBlock {
  const start = lines[first]?.from ?? 0
  const to = lines[after - 1]?.to ?? start
  return { kind, from: start, to, contentFrom: start, contentTo: to, indent: lines[first]?.indent ?? 0 }
}

class BlockReader {
  readonly #lines: readonly Line[]
  readonly #isAsciidoc: boolean
  readonly #blocks: TextBlock[] = []
  #at = 0
  #list = 0
  #inList = false
  /** The block before ended with `::`, reStructuredText's way to announce code. */
  #codeAnnounced = false

  constructor(lines: readonly Line[]) {
    this.#lines = lines
    this.#isAsciidoc = lines.some(({ text }) => /^(?:\[(?:source|listing)|={1,5} \S|include::)/.test(text))
  }

  read(): TextBlock[] {
    while (this.#at < this.#lines.length) this.#readOne()
    return this.#blocks
  }

  #readOne(): void {
    const line = this.#line()
    if (line === undefined) return
    if (line.text.trim() === '' || (ruler.test(line.text) && !this.#opensAsciidoc(line))) {
      if (line.text.trim() !== '') this.#inList = false
      this.#at += 1
    } else if (!this.#readCode(line) && !this.#readHeading(line)) this.#readText(line)
  }

  #readCode(line: Line): boolean {
    const opened = fence.exec(line.text)
    const announced = directive.exec(line.text)
    const afterBlank = this.#lines[this.#at - 1]?.text.trim() === ''
    if (opened !== null) this.#fenced(opened[2] ?? '```', opened[3] ?? '')
    else if (this.#opensAsciidoc(line)) this.#delimited(line.text.trim())
    else if (announced !== null) {
      this.#at += 1
      this.#indentedCode(line.indent + 1, announced[2])
    } else if (this.#codeAnnounced && line.indent > 0) this.#indentedCode(1, '')
    else if (this.#isIndentedCode(line) && afterBlank) this.#indentedCode(4, '')
    else return false
    return true
  }

  /** Four blanks make code in Markdown, but not below a list item, a directive or a term that is being explained. */
  #isIndentedCode(line: Line): boolean {
    if (line.indent < 4 || this.#inList || itemStart.test(line.text)) return false
    const above = this.#lines.slice(0, this.#at).findLast(({ text }) => text.trim() !== '')
    if (above === undefined) return false
    if (above.indent >= 4) return this.#blocks.at(-1)?.kind === 'code'
    return !/^\s*\.\. /.test(above.text) && above.indent === 0
  }

  #readHeading(line: Line): boolean {
    const next = this.#lines[this.#at + 1]?.text ?? ''
    if (atxHeading.test(line.text)) this.#heading(1, atxLevel(line.text))
    else if (underline.test(next) && line.indent === 0 && !/\||^[[.]/.test(line.text) && !itemStart.test(line.text)) {
      this.#heading(2, next.startsWith('=') ? 1 : 2)
    } else return false
    return true
  }

  #readText(line: Line): void {
    const next = this.#lines[this.#at + 1]?.text ?? ''
    const item = itemStart.exec(line.text)
    if (asciidocTable.test(line.text)) this.#asciidocTable()
    else if (markup.test(line.text)) this.#markup()
    else if (/^\s*\|/.test(line.text) || tableRule.test(next)) this.#table()
    else if (item !== null) this.#item(item[0].length, /\d|#|^\./.test(item[2] ?? ''))
    else this.#paragraph()
  }

  #line(): Line | undefined {
    return this.#lines[this.#at]
  }

  #push(made: TextBlock): void {
    this.#blocks.push(made)
    this.#codeAnnounced = false
  }

  #fenced(mark: string, language: string): void {
    const first = this.#at
    let after = first + 1
    const closes = new RegExp(`^\\s*(?:>\\s*)?${mark[0] === '`' ? '`' : '~'}{${mark.length},}\\s*$`)
    while (after < this.#lines.length && !closes.test(this.#lines[after]?.text ?? '')) after += 1
    const inside = this.#lines.slice(first + 1, after)
    // A passage that begins inside code shows the end of that code first; the next fence to open gives it away.
    if (language === '' && inside.some(({ text }) => /^\s*(?:`{3,}|~{3,})[\w+-]/.test(text))) {
      this.#at = first + 1
      return
    }
    const closed = after < this.#lines.length
    this.#pushCode(first, first + 1, after, closed ? after + 1 : after, language)
  }

  /** In Markdown such a line is a ruler. */
  #opensAsciidoc({ text }: Line): boolean {
    if (!asciidocFence.test(text) || !this.#isAsciidoc) return false
    return this.#lines.slice(this.#at + 1, this.#at + 200).some((line) => line.text.trim() === text.trim())
  }

  #delimited(mark: string): void {
    const first = this.#at
    let after = first + 1
    while (after < this.#lines.length && this.#lines[after]?.text.trim() !== mark) after += 1
    this.#pushCode(first, first + 1, after, after + 1, '')
  }

  #indentedCode(least: number, language: string | undefined): void {
    while (this.#line()?.text.trim() === '' || /^\s*:[\w-]+:/.test(this.#line()?.text ?? '')) this.#at += 1
    const first = this.#at
    let after = first
    while (after < this.#lines.length) {
      const line = this.#lines[after]
      if (line === undefined || (line.text.trim() !== '' && line.indent < least)) break
      after += 1
    }
    while (after > first && this.#lines[after - 1]?.text.trim() === '') after -= 1
    if (after === first) {
      this.#codeAnnounced = false
      return
    }
    this.#pushCode(first, first, after, after, language)
  }

  #pushCode(first: number, contentFirst: number, contentAfter: number, after: number, language?: string): void {
    const made = block('code', this.#lines, first, after)
    made.contentFrom = this.#lines[contentFirst]?.from ?? made.to
    made.contentTo = Math.max(made.contentFrom, this.#lines[contentAfter - 1]?.to ?? made.contentFrom)
    made.language = language === '' ? undefined : language
    made.list = this.#inList && made.indent > 0 ? this.#list : undefined
    if (made.list === undefined) this.#inList = false
    this.#push(made)
    this.#at = after
  }

  #heading(lines: number, level: number): void {
    const made = block('heading', this.#lines, this.#at, this.#at + 1)
    made.level = level
    this.#inList = false
    this.#push(made)
    this.#at += lines
  }

  /** Comments, shortcodes and tags on lines of their own: skipped whole when they are never to be read. */
  #markup(): void {
    const text = this.#line()?.text ?? ''
    if (/^\s*<!--/.test(text)) {
      while (this.#at < this.#lines.length && !(this.#line()?.text ?? '').includes('-->')) this.#at += 1
      this.#at += 1
      return
    }
    const rest = text.replace(/<\/?(details|summary|div)[^>]*>|\{\{[<%].*?[%>]\}\}/g, '').trim()
    if (/^\s*(<|\{\{)/.test(text) && rest !== '') this.#paragraph()
    else this.#at += 1
  }

  /** From its opening to its closing line; without one, it's markup like any other. */
  #asciidocTable(): void {
    const first = this.#at + 1
    const after = this.#lines.findIndex(({ text }, at) => at >= first && asciidocTable.test(text))
    this.#at += 1
    if (after <= first) return
    this.#inList = false
    this.#push({ ...block('table', this.#lines, first, after), byCell: true })
    this.#at = after + 1
  }

  #table(): void {
    const first = this.#at
    while ((this.#line()?.text ?? '').includes('|')) this.#at += 1
    if (this.#at === first) this.#at += 1
    this.#inList = false
    this.#push(block('table', this.#lines, first, this.#at))
  }

  #item(markerLength: number, ordered: boolean): void {
    const first = this.#at
    if (!this.#inList) this.#list += 1
    this.#inList = true
    this.#at += 1
    while (this.#continues(true)) this.#at += 1
    const made = block('item', this.#lines, first, this.#at)
    made.contentFrom = made.from + markerLength
    made.list = this.#list
    made.ordered = ordered
    this.#push(made)
    this.#codeAnnounced = this.#endsWithDoubleColon(made)
  }

  #paragraph(): void {
    const first = this.#at
    const indented = (this.#line()?.indent ?? 0) > 0
    this.#at += 1
    while (this.#continues(false)) this.#at += 1
    const lines = this.#lines.slice(first, this.#at)
    const fields = lines.length >= 2 && lines.filter((line) => keyed.test(line.text)).length >= lines.length * 0.6
    const made = block(fields ? 'fields' : 'paragraph', this.#lines, first, this.#at)
    if (this.#inList && indented) made.list = this.#list
    else this.#inList = false
    this.#push(made)
    this.#codeAnnounced = this.#endsWithDoubleColon(made)
  }

  #endsWithDoubleColon(made: TextBlock): boolean {
    return (this.#lines.findLast((line) => line.to <= made.to && line.from >= made.from)?.text ?? '')
      .trimEnd()
      .endsWith('::')
  }

  /** Whether the line goes on with the paragraph or item before it. */
  #continues(item: boolean): boolean {
    const line = this.#line()
    if (line === undefined || line.text.trim() === '') return false
    if (fence.test(line.text) || itemStart.test(line.text) || atxHeading.test(line.text)) return false
    if (/^\s*(<!--|:::|<\/?details|<\/?summary|\.\. \S)/.test(line.text)) return false
    if (/^\s*\|.*\|\s*$/.test(line.text)) return false
    const next = this.#lines[this.#at + 1]?.text ?? ''
    if (!item && line.indent === 0 && underline.test(next)) return false
    return true
  }
}

function atxLevel(text: string): number {
  return /^\s*(#+|=+)/.exec(text)?.[1]?.length ?? 1
}
