import {
  attributeOf,
  blockLevel,
  dropped,
  type HtmlElement,
  type HtmlNode,
  isElement,
  isText,
  isUnseen,
} from './html-nodes.ts'

/** Text of inline content on one line, code in backquotes; `<br>` begins a new line. */
export function inlineText(nodes: readonly HtmlNode[]): string {
  const text = nodes.map(inline).join('')
  return text
    .replaceAll(/[ \t\r\n\u00a0]+/g, ' ')
    .replaceAll(/ ?\u2028 ?/g, '\n')
    .trim()
}

function inline(node: HtmlNode): string {
  if (isText(node)) return node.value.replaceAll('\u2028', ' ')
  if (!isElement(node) || dropped.has(node.tagName) || isUnseen(node)) return ''
  if (node.tagName === 'br') return '\u2028'
  if (node.tagName === 'img') return attributeOf(node, 'alt')
  const inside = node.childNodes.map(inline).join('')
  if (inside.trim() === '') return inside
  if (/^(?:code|kbd|samp|tt|var)$/.test(node.tagName) && !inside.includes('`')) return `\`${inside.trim()}\``
  return blockLevel.has(node.tagName) ? `\u2028${inside}\u2028` : inside
}

/** Text with its line ends as they stand, for `<pre>`. */
export function preformattedText(node: HtmlNode): string {
  if (isText(node)) return node.value
  if (!isElement(node) || dropped.has(node.tagName)) return ''
  return node.tagName === 'br' ? '\n' : node.childNodes.map(preformattedText).join('')
}

export function fenced(pre: HtmlElement): string {
  const code = preformattedText(pre).replace(/^\n/, '').trimEnd()
  if (code.trim() === '') return ''
  const classes = [pre, ...pre.childNodes.filter(isElement)].map((element) => attributeOf(element, 'class')).join(' ')
  const language = /\b(?:language|lang|highlight|brush)[-:]\s*([\w+-]+)/.exec(classes)?.[1] ?? ''
  const marks = code.includes('```') ? '````' : '```'
  return `${marks}${language}\n${code}\n${marks}`
}

/** A list as Markdown, nested ones indented. */
export function listText(list: HtmlElement, indent: string): string {
  let number = Number(attributeOf(list, 'start') || '1')
  const lines: string[] = []
  for (const item of list.childNodes.filter(isElement)) {
    if (isUnseen(item)) continue
    if (item.tagName === 'ul' || item.tagName === 'ol') {
      lines.push(listText(item, `${indent}  `))
      continue
    }
    const marker = list.tagName === 'ol' ? `${number++}. ` : '- '
    const inside = blocksText(item.childNodes, `${indent}${' '.repeat(marker.length)}`)
    if (inside.trim() !== '') lines.push(`${indent}${marker}${inside.trimStart()}`)
  }
  return lines.filter((line) => line !== '').join('\n')
}

/** Mixed content, each block on its own lines behind `indent`. */
export function blocksText(nodes: readonly HtmlNode[], indent: string): string {
  const parts: string[] = []
  let run: HtmlNode[] = []
  const flush = () => {
    const text = inlineText(run)
    if (text !== '') parts.push(indented(text, indent))
    run = []
  }
  for (const node of nodes) {
    if (!isElement(node) || !blockLevel.has(node.tagName)) {
      run.push(node)
      continue
    }
    flush()
    const text = dropped.has(node.tagName) || isUnseen(node) ? '' : blockText(node, indent)
    if (text.trim() !== '') parts.push(text)
  }
  flush()
  return parts.join('\n')
}

function blockText(element: HtmlElement, indent: string): string {
  if (element.tagName === 'ul' || element.tagName === 'ol') return listText(element, indent)
  if (element.tagName === 'pre') return indented(fenced(element), indent)
  if (element.tagName === 'table') return indented(tableText(element), indent)
  if (element.tagName === 'dl') return indented(definitionsText(element), indent)
  return blocksText(element.childNodes, indent)
}

function indented(text: string, indent: string): string {
  return indent === '' ? text : text.replaceAll(/^(?=[^\n])/gm, indent)
}

/** Rows of cells as Markdown; each cell on one line. */
export function tableText(table: HtmlElement): string {
  const rows = rowsOf(table).map((row) => {
    const cells = row.childNodes.filter(isElement).filter(({ tagName }) => tagName === 'td' || tagName === 'th')
    return { isHead: cells.every(({ tagName }) => tagName === 'th'), cells: cells.map(cellText) }
  })
  const lines = rows
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map(({ cells }) => `| ${cells.join(' | ')} |`)
  const [first] = rows
  if (first?.isHead === true && lines.length > 1) lines.splice(1, 0, `|${' --- |'.repeat(first.cells.length)}`)
  const caption = table.childNodes.filter(isElement).find(({ tagName }) => tagName === 'caption')
  const title = caption === undefined || isUnseen(caption) ? '' : inlineText([caption])
  return [title, ...lines].filter((line) => line !== '').join('\n')
}

function cellText(cell: HtmlElement): string {
  return blocksText(cell.childNodes, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
}

function rowsOf(element: HtmlElement): HtmlElement[] {
  return element.childNodes.filter(isElement).flatMap((child) => {
    if (child.tagName === 'tr') return [child]
    return /^(?:tbody|thead|tfoot)$/.test(child.tagName) ? rowsOf(child) : []
  })
}

export function definitionsText(list: HtmlElement): string {
  const lines: string[] = []
  for (const item of list.childNodes.filter(isElement)) {
    if (item.tagName === 'dt') lines.push(`- ${inlineText([item])}`)
    else if (item.tagName === 'dd') lines.push(blocksText(item.childNodes, '  '))
    else if (item.tagName === 'div') lines.push(definitionsText(item))
  }
  return lines.filter((line) => line.trim() !== '').join('\n')
}
