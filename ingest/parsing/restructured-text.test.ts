import { describe, expect, it } from 'vitest'
import { parsedDocument, shape } from './parse.fake.ts'

const blocks = (content: string) => shape(parsedDocument('a.rst', content).blocks)

describe('reStructuredText', () => {
  it('takes the levels of headings from the order of their adornments', () => {
    const content = '=====\nRedis\n=====\n\na\n\nSteps\n=====\n\nb\n\nFirst\n-----\n\nc\n\nNotes\n=====\n\nd\n'
    expect(parsedDocument('a.rst', content).title).toBe('Redis')
    expect(blocks(content)).toEqual([
      ['', 'paragraph', 'a'],
      ['Steps', 'paragraph', 'b'],
      ['Steps > First', 'paragraph', 'c'],
      ['Notes', 'paragraph', 'd'],
    ])
  })

  it('takes a wide Japanese title with its underline', () => {
    expect(parsedDocument('a.rst', '障害対応\n========\n\n手順です。\n').title).toBe('障害対応')
  })

  it('keeps lists, literal text, tables and directives whole', () => {
    const parts = [
      ['ordered-list', '#. Stop::\n\n     systemctl stop\n\n#. Promote:\n\n   .. code-block:: sh\n\n      promote'],
      ['list', '* one\n\n  - inner\n\n* two'],
      ['admonition', '.. warning::\n\n   Data.\n\n   Lost.'],
      ['code', '.. code-block:: bash\n   :linenos:\n\n   run\n\n   more'],
      ['table', '+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+'],
      ['table', '=====  =====\ncol a  col b\n=====  =====\n1      2\n\n3      4\n=====  ====='],
      ['table', '.. list-table::\n\n   * - a\n     - b'],
      ['code', '>>> print(1)\n1'],
      ['paragraph', 'Term\n  Its definition.'],
    ]
    const content = `T\n=\n\n${parts.map(([, text]) => text).join('\n\ntext\n\n')}\n`.replace('T\n=', 'Title\n=====')
    expect(blocks(content).filter(([, , text]) => text !== 'text')).toEqual(
      parts.map(([kind, text]) => ['', kind, text]),
    )
  })

  it('takes indented text after a double colon for code, and other for a quote', () => {
    expect(blocks('Run::\n\n    one\n\n    two\n\nHe said:\n\n    three\n').map(([, kind]) => kind)).toEqual([
      'paragraph',
      'code',
      'paragraph',
      'quote',
    ])
  })

  it('leaves out comments, targets and the table of contents', () => {
    const document = parsedDocument(
      'a.rst',
      '.. _anchor:\n\nTitle\n=====\n\n.. contents::\n   :local:\n\n.. A comment\n   of two lines\n\ntext\n',
    )
    expect(document.blocks.map(({ text }) => text)).toEqual(['text'])
    expect(document.blocks[0]?.hidden).toContain('of two lines')
  })

  it('reads owner and review from the fields above the text, which is not what the page is about', () => {
    const document = parsedDocument(
      'a.rst',
      'Title\n=====\n\n:Owner: team-cache\n:Last-Reviewed: 2025-01-02\n\nHow the cache fails over by hand.\n',
    )
    expect(document.owners).toEqual(['team-cache'])
    expect(document.reviewedAt).toEqual(new Date('2025-01-02T00:00:00Z'))
    expect(document.summary).toBe('How the cache fails over by hand.')
  })

  it('shows a reference in a title as its text', () => {
    expect(
      parsedDocument(
        'a.rst',
        'Use :ref:`the guide <guide>` of ``redis-cli``\n=============================================\n\nx',
      ).title,
    ).toBe('Use the guide of redis-cli')
  })
})
