import { describe, expect, it } from 'vitest'
import { blocksMarkdown } from './blocks-markdown.ts'
import { textOfLines } from './dated-lines.ts'
import { enhancedBlocks } from './enhanced-markdown.ts'
import { FakeNotion, type FakeNotionOptions } from './notion.fake.ts'
import { ongoing, pageAt, sourceOn, syncOnce, textOf } from './notion-setup.fake.ts'
import { type FakeBlockSpec, paragraph, rich, textBlock } from './notion-workspace.fake.ts'

function plainOf(markdown: string): string {
  const context = { pageUrl: 'https://www.notion.so/p', titleOf: () => undefined, unknown: [] }
  return textOfLines(blocksMarkdown(enhancedBlocks(markdown), context))
}

describe('enhanced Markdown', () => {
  it('becomes plain Markdown, with gaps between blocks and what was tagged in words', () => {
    const read = plainOf(
      [
        '# Restore {color="blue"}',
        'A page about <span color="red">restoring</span> it<br>quickly.',
        'Ask <mention-user url="user://1">Ada</mention-user> or see <mention-page url="https://www.notion.so/0123456789abcdef0123456789abcdef">Redis</mention-page> by <mention-date start="2025-03-01" end="2025-03-02"/>.',
        '<empty-block/>',
        '<callout icon="⚠️" color="yellow_bg">',
        '\tMind the data.',
        '</callout>',
        '<details>',
        '<summary>Steps</summary>',
        '\t1. Stop',
        '\t\t- all of them',
        '\t2. Start',
        '</details>',
        '---',
        '> Line 1<br>Line 2 {color="gray"}',
        '<columns>',
        '\t<column>',
        '\t\tLeft',
        '\t</column>',
        '\t<column>',
        '\t\t### Right {toggle="true"}',
        '\t\t\tBelow it',
        '\t</column>',
        '</columns>',
        'Inline $`x = 1`$ and [elsewhere](/fedcba9876543210fedcba9876543210?pvs=25).',
        '<table_of_contents/>',
      ].join('\n'),
    )
    expect(read).toBe(
      [
        '# Restore\n',
        'A page about restoring it\nquickly.\n',
        'Ask Ada or see [Redis](https://www.notion.so/0123456789abcdef0123456789abcdef) by 2025-03-01 → 2025-03-02.\n',
        '> [!WARNING]\n> Mind the data.\n',
        '**Steps**\n',
        '1. Stop\n   - all of them\n2. Start\n',
        '***\n',
        '> Line 1\n> Line 2\n',
        'Left\n',
        '### Right\n',
        'Below it\n',
        'Inline $x = 1$ and [elsewhere](https://www.notion.so/fedcba9876543210fedcba9876543210?pvs=25).\n',
      ].join('\n'),
    )
  })

  it('gives commands back letter for letter, in code and outside', () => {
    const read = plainOf(
      [
        'Run `a <b> \\n` then kubectl -n \\<ns\\> get \\*',
        '```bash',
        'echo "\\$HOME" # <x>',
        '\tindented',
        '```',
        '- item',
        '\t```',
        '\tinside',
        '\t```',
        '$$',
        'E = mc^2',
        '$$',
      ].join('\n'),
    )
    expect(read).toBe(
      [
        'Run `a <b> \\n` then kubectl -n <ns> get *\n',
        '```bash\necho "\\$HOME" # <x>\n\tindented\n```\n',
        '- item\n\n  ```\n  inside\n  ```\n',
        '$$\nE = mc^2\n$$\n',
      ].join('\n'),
    )
  })

  it('has tables in both notations', () => {
    const html = [
      '<table header-row="true">',
      '<colgroup>',
      '<col width="10">',
      '</colgroup>',
      '\t<tr>',
      '\t\t<td>Alert</td>',
      '\t\t<td>**Act**</td>',
      '\t</tr>',
      '\t<tr>',
      '\t\t<td>a \\| b</td>',
      '\t\t<td>one<br>two</td>',
      '\t</tr>',
      '</table>',
    ]
    const table = '| Alert | **Act** |\n| --- | --- |\n| a \\| b | one<br>two |\n'
    expect(plainOf(html.join('\n'))).toBe(table)
    expect(plainOf('| Alert | **Act** |\n|---|---|\n| a \\| b | one<br>two |')).toBe(table)
  })

  it('names files, and shows synced content once', () => {
    const source =
      'file://%7B%22source%22%3A%22attachment%3Ae6862017-2125-45ff-b977-61dd540e7275%3Aplan%20b.txt%22%2C%22x%22%3A1%7D'
    const read = plainOf(
      [
        `<file src="${source}"></file>`,
        '<video src="https://acme.example/v.mp4">How to</video>',
        '![Graph](https://s3.example/g.png?X-Amz-Date=1&X-Amz-Signature=2)',
        '<synced_block url="https://www.notion.so/p#1">',
        '\tShared.',
        '</synced_block>',
        '<synced_block_reference url="https://www.notion.so/p#1">',
        '\tShared.',
        '</synced_block_reference>',
      ].join('\n'),
    )
    expect(read).toBe(
      'plan b.txt\n\n[How to](https://acme.example/v.mp4)\n\n![Graph](https://s3.example/g.png)\n\nShared.\n',
    )
  })

  it('that is broken is still read', () => {
    expect(plainOf('<callout icon="x">\n\tOpen\n\t\tDeep\nLast')).toContain('Last')
    expect(plainOf('```\nnever closed')).toContain('never closed')
    expect(plainOf('\t\tToo deep\nShallow')).toBe('Too deep\n\nShallow\n')
    expect(plainOf('')).toBe('')
  })
})

/** Made and never changed later, so that its blocks can't have dates of their own. */
const at = new Date('2024-02-01T00:00:00Z')

async function readBy(options: FakeNotionOptions, blocks: readonly FakeBlockSpec[]) {
  await using notion = await FakeNotion.start(options)
  notion.workspace.addPage({ title: 'Page', blocks, at })
  const source = sourceOn(notion)
  const { entries } = await syncOnce(source)
  const entry = pageAt(entries, 'Page')
  return { entry, text: textOf(entry), requests: notion.requests, countOf: (path: RegExp) => notion.countOf(path) }
}

const nested: FakeBlockSpec[] = [
  textBlock('heading_2', 'Fail over'),
  textBlock('toggle', 'If it is <down>', {
    children: [
      textBlock('numbered_list_item', 'Stop', { children: [textBlock('bulleted_list_item', 'all *of* them')] }),
      textBlock('numbered_list_item', 'Start'),
      textBlock('code', 'redis-cli -h <host>\n\tFAILOVER', { content: { language: 'bash', caption: [] } }),
    ],
  }),
  textBlock('callout', 'Mind it.', { content: { icon: { type: 'emoji', emoji: '🚨' } } }),
  {
    type: 'column_list',
    children: [
      { type: 'column', children: [textBlock('to_do', 'Done', { content: { checked: true } })] },
      { type: 'column', children: [paragraph('Two\nlines')] },
    ],
  },
  {
    type: 'table',
    content: { has_column_header: true },
    children: [
      { type: 'table_row', content: { cells: [rich('a'), rich('b|c')] } },
      { type: 'table_row', content: { cells: [rich('d'), rich('e')] } },
    ],
  },
  { type: 'equation', content: { expression: 'a_1' } },
  { type: 'divider' },
  paragraph('End with `ticks` $5 and [brackets].'),
]

describe('the markdown endpoint', () => {
  it('gives in one call what the blocks give in many', async () => {
    const [byMarkdown, byBlocks] = [await readBy({}, nested), await readBy({ markdown: false }, nested)]
    expect(byMarkdown.text).toBe(byBlocks.text)
    expect(byMarkdown.text).toContain('redis-cli -h <host>\n\tFAILOVER')
    expect(byMarkdown.countOf(/^\/(?:pages|blocks)\//)).toBe(1)
    expect(byBlocks.countOf(/^\/blocks\//)).toBeGreaterThan(5)
  })

  it('is not asked where blocks may have dates of their own, unless the page is enough', async () => {
    await using notion = await FakeNotion.start()
    notion.workspace.addPage({
      title: 'Page',
      blocks: [paragraph('x')],
      createdAt: at,
      at: new Date('2025-01-01T00:00:00Z'),
    })
    await syncOnce(sourceOn(notion))
    expect(notion.countOf(/markdown$/)).toBe(0)
    const { entries } = await syncOnce(sourceOn(notion, { datesOf: 'page' }))
    expect(notion.countOf(/markdown$/)).toBe(1)
    expect(pageAt(entries, 'Page').lineDates?.at(1)).toEqual(new Date('2025-01-01T00:00:00Z'))
  })

  it('is asked for the parts that it cut off', async () => {
    const blocks = [...Array.from({ length: 6 }, (_, n) => paragraph(`Line ${n}.`)), textBlock('toggle', 'Last')]
    const { text, entry } = await readBy({ markdownLimit: 4 }, blocks)
    expect(text).toBe('Line 0.\n\nLine 1.\n\nLine 2.\n\nLine 3.\n\nLine 4.\n\nLine 5.\n\n**Last**\n')
    expect(entry.warnings).toEqual([])
  })

  it('leaves what its format lacks to the blocks, and a placeholder for the rest', async () => {
    const { text, entry } = await readBy({}, [
      { type: 'bookmark', content: { url: 'https://acme.example/s', caption: rich('Status') } },
      { type: 'unsupported', content: { block_type: 'form' } },
    ])
    expect(text).toMatch(/^\[Status\]\(https:\/\/acme\.example\/s\)\n\n\[Only in Notion: form\]\(\S+\)\n$/)
    expect(entry.warnings).toEqual([expect.stringContaining('1 block ')])
  })

  it('that is not there is soon not asked any more', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    const titles = Array.from({ length: 20 }, (_, n) => `Page ${n}`)
    for (const title of titles) notion.workspace.addPage({ title, blocks: [paragraph(title)], at })
    const source = sourceOn(notion)
    const survey = await source.survey({ revisions: new Map(), failed: new Set() }, ongoing)
    const texts: string[] = []
    for (const entry of survey.changed) texts.push(textOf(await source.read(entry, ongoing)))
    expect(texts.toSorted()).toEqual(titles.map((title) => `${title}\n`).toSorted())
    expect(notion.countOf(/markdown$/)).toBe(3)
  })

  it('leads to pages and databases below', async () => {
    await using notion = await FakeNotion.start()
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home', at })
    const child = workspace.addPage({ title: 'Child', in: home, at })
    workspace.notInSearch.add(child)
    const { entries } = await syncOnce(sourceOn(notion))
    expect(pageAt(entries, 'Home')).toMatchObject({
      leadsTo: [child],
      content: `[Child](https://www.notion.so/${child.replaceAll('-', '')})\n`,
    })
  })
})
