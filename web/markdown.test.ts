import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, type Inline, type Line, parseMarkdown } from './markdown.ts'

/** A short form of the tree, to read in a test. */
function shown(source: string, citations = true): unknown[] {
  return parseMarkdown(source, { citations }).map(block)
}

function block(node: Block): unknown {
  switch (node.kind) {
    case 'paragraph':
      return inlines(node.children)
    case 'heading':
      return { [`h${node.level}`]: inlines(node.children) }
    case 'code':
      return { code: node.lines.map(({ text }) => text).join('\n'), language: node.language }
    case 'list':
      return {
        [node.first === undefined ? 'bullets' : `from ${node.first}`]: node.items.map((item) => item.map(block)),
      }
    case 'table':
      return { rows: node.rows.map((row) => row.map(inlines)) }
    case 'quote':
      return { quote: node.children.map(block) }
    case 'rule':
      return 'rule'
  }
}

function inlines(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text
        case 'code':
          return `\`${node.text}\``
        case 'citation':
          return `<${node.n}>`
        case 'link':
          return `{${inlines(node.children)}→${node.href}}`
        default:
          return `${node.kind}(${inlines(node.children)})`
      }
    })
    .join('')
}

describe('parseMarkdown', () => {
  it('makes citations of [n], but not in code and not of links', () => {
    expect(shown('Run `a[1]` [1], **see [2]** and [3](https://x.example).')).toEqual([
      'Run `a[1]` <1>, strong(see <2>) and {3→https://x.example}.',
    ])
    expect(shown('args[1]', false)).toEqual(['args[1]'])
  })

  it('keeps the number that an ordered list begins with, and the steps in it whole', () => {
    expect(shown('3. Stop it:\n   ```sh\n   kubectl drain n1\n\n   sleep 5\n   ```\n4. Check. [1]\n\nDone.')).toEqual([
      { 'from 3': [['Stop it:', { code: 'kubectl drain n1\n\nsleep 5', language: 'sh' }], ['Check. <1>']] },
      'Done.',
    ])
  })

  it('nests lists, also those that are indented too little', () => {
    expect(shown('1. One\n  - a\n  - b\n\n2. Two\nwrapped')).toEqual([
      { 'from 1': [['One', { bullets: [['a'], ['b']] }], ['Two\nwrapped']] },
    ])
  })

  it('reads headings, quotes, rules and tables', () => {
    expect(shown('## Fail over ##\n> [!NOTE]\n> careful\n\n---\n| a | b |\n|---|:-:|\n| `x` | 2 |\n')).toEqual([
      { h2: 'Fail over' },
      { quote: ['[!NOTE]\ncareful'] },
      'rule',
      {
        rows: [
          ['a', 'b'],
          ['`x`', '2'],
        ],
      },
    ])
  })

  it('does not take the underscores and stars of names for emphasis', () => {
    expect(shown('pg_stat_activity and 2 * 3 * 4, but *this of a_b_c* and _that_ is')).toEqual([
      'pg_stat_activity and 2 * 3 * 4, but emphasis(this of a_b_c) and emphasis(that) is',
    ])
  })

  it('shows HTML as the text that it is', () => {
    expect(shown('<img src=x onerror=alert(1)>')).toEqual(['<img src=x onerror=alert(1)>'])
  })

  it('gives code that is still being written', () => {
    expect(shown('Run:\n```\nredis-cli')).toEqual(['Run:', { code: 'redis-cli', language: '' }])
  })

  it('finds addresses in Japanese text', () => {
    expect(shown('手順はhttps://x.example/a。次へ')).toEqual(['手順は{https://x.example/a→https://x.example/a}。次へ'])
  })

  it('knows of each piece of text where it stands in the source, whatever the source', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      '`x`',
      '**',
      '*',
      '- ',
      '1. ',
      '> ',
      '\n',
      '\n\n',
      '  ',
      '```',
      '|',
      '#',
      ' ',
      '[1]',
      '](u)',
      '詰',
      '---',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const source = pieces.join('')
        for (const { text, start } of textsIn(parseMarkdown(source, { citations: true }))) {
          expect(source.slice(start, start + text.length)).toBe(text)
        }
      }),
      { numRuns: 500 },
    )
  })
})

function textsIn(blocks: readonly Block[]): Line[] {
  const ofInlines = (nodes: readonly Inline[]): Line[] =>
    nodes.flatMap((node) => ('children' in node ? ofInlines(node.children) : 'text' in node ? [node] : []))
  return blocks.flatMap((node) => {
    if (node.kind === 'code') return node.lines
    if (node.kind === 'list') return node.items.flatMap(textsIn)
    if (node.kind === 'table') return node.rows.flatMap((row) => row.flatMap(ofInlines))
    if (node.kind === 'quote') return textsIn(node.children)
    return node.kind === 'rule' ? [] : ofInlines(node.children)
  })
}
