import { element, isWebAddress, outwardLink } from './dom.ts'
import type { Block, Inline, Line, TextPiece } from './markdown.ts'
import type { Words } from './words.ts'

/** What a button has done is read by then. */
const doneMs = 1500

export interface MarkdownView {
  words: Words
  /** What stands for [n]; undefined: the text itself. */
  citation?(n: number): Node | undefined
  /** Characters of the source to mark, from and up to; quotes are found so. */
  marked?: { from: number; to: number } | undefined
}

/** The tree as elements; no text of a document ever becomes HTML. */
export function markdownView(blocks: readonly Block[], view: MarkdownView): Node[] {
  return blocks.map((block) => blockView(block, view))
}

function blockView(block: Block, view: MarkdownView): HTMLElement {
  switch (block.kind) {
    case 'paragraph':
      return element('p', {}, ...inlineViews(block.children, view))
    case 'heading':
      return element(headingTags[block.level - 1] ?? 'h6', {}, ...inlineViews(block.children, view))
    case 'code':
      return codeView(block.lines, view)
    case 'list': {
      const items = block.items.map((item) => element('li', {}, ...itemViews(item, view)))
      if (block.first === undefined) return element('ul', {}, ...items)
      return element('ol', { start: block.first }, ...items)
    }
    case 'table':
      return tableView(block.rows, view)
    case 'quote':
      return element('blockquote', {}, ...markdownView(block.children, view))
    case 'rule':
      return element('hr')
  }
}

/** Below the headings of the page itself. */
const headingTags = ['h4', 'h4', 'h5', 'h6', 'h6', 'h6'] as const

/** A tight item is one line of text, without the space of a paragraph. */
function itemViews(item: readonly Block[], view: MarkdownView): Node[] {
  return item.flatMap((block, index) =>
    block.kind === 'paragraph' && index === 0 ? inlineViews(block.children, view) : [blockView(block, view)],
  )
}

function tableView(rows: readonly Inline[][][], view: MarkdownView): HTMLElement {
  const [head, ...body] = rows
  const row = (cells: readonly Inline[][], tag: 'th' | 'td') =>
    element('tr', {}, ...cells.map((cell) => element(tag, {}, ...inlineViews(cell, view))))
  const table = element(
    'table',
    {},
    element('thead', {}, head !== undefined && row(head, 'th')),
    element('tbody', {}, ...body.map((cells) => row(cells, 'td'))),
  )
  return element('div', { class: 'scroll', tabindex: 0 }, table)
}

function codeView(lines: readonly Line[], view: MarkdownView): HTMLElement {
  const code = element('code')
  for (const [index, line] of lines.entries())
    code.append(...textViews(line, view), index < lines.length - 1 ? '\n' : '')
  const text = lines.map((line) => line.text).join('\n')
  const block = element('pre', { tabindex: 0 }, code)
  return element('div', { class: 'code' }, block, copyButton(text, block, view.words))
}

function copyButton(text: string, block: HTMLElement, words: Words): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': words.copyCode }, words.copy)
  const say = (shown: string, told: string): void => {
    button.textContent = shown
    button.setAttribute('aria-label', told)
  }
  const copy = async (): Promise<void> => {
    const done = (await hasCopied(text)) ? words.copied : words.selected
    if (done === words.selected) getSelection()?.selectAllChildren(block)
    say(done, done)
    setTimeout(() => say(words.copy, words.copyCode), doneMs)
  }
  button.addEventListener('click', () => void copy())
  return button
}

/** Pages that aren't safe (plain http from afar) have no clipboard, and others may be refused it. */
async function hasCopied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Then it's selected, to be copied by hand.
    return false
  }
}

function inlineViews(nodes: readonly Inline[], view: MarkdownView): Node[] {
  return nodes.flatMap((node) => inlineView(node, view))
}

function inlineView(node: Inline, view: MarkdownView): Node[] {
  switch (node.kind) {
    case 'text':
      return textViews(node, view)
    case 'code':
      return [element('code', {}, ...textViews(node, view))]
    case 'strong':
      return [element('strong', {}, ...inlineViews(node.children, view))]
    case 'emphasis':
      return [element('em', {}, ...inlineViews(node.children, view))]
    case 'link': {
      const children = inlineViews(node.children, view)
      return isWebAddress(node.href) ? [outwardLink(node.href, ...children)] : children
    }
    case 'citation':
      return [view.citation?.(node.n) ?? document.createTextNode(`[${node.n}]`)]
  }
}

/** A piece of text, cut where the marked part of the source begins or ends. */
export function textViews({ text, start }: Line | TextPiece, { marked }: Pick<MarkdownView, 'marked'>): Node[] {
  const from = Math.max(0, Math.min(text.length, (marked?.from ?? 0) - start))
  const to = Math.max(from, Math.min(text.length, (marked?.to ?? 0) - start))
  if (from === to) return text === '' ? [] : [document.createTextNode(text)]
  const before = text.slice(0, from)
  const after = text.slice(to)
  return [
    ...(before === '' ? [] : [document.createTextNode(before)]),
    element('mark', {}, text.slice(from, to)),
    ...(after === '' ? [] : [document.createTextNode(after)]),
  ]
}
