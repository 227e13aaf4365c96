import { describe, expect, it } from 'vitest'
import { prepareEntry } from '../index-entry.ts'
import { FakeNotion } from './notion.fake.ts'
import { ongoing, pageAt, sourceOn, syncOnce, textOf } from './notion-setup.fake.ts'
import { type FakeBlockSpec, paragraph, rich, textBlock } from './notion-workspace.fake.ts'

const [made, edited] = [new Date('2023-02-01T00:00:00Z'), new Date('2025-02-01T00:00:00Z')]

/** What a page of these blocks reads as, block by block. */
async function read(blocks: readonly FakeBlockSpec[], title = 'Page') {
  await using notion = await FakeNotion.start({ markdown: false })
  notion.workspace.addPage({ title, blocks, createdAt: made, at: edited })
  const { entries } = await syncOnce(sourceOn(notion))
  return pageAt(entries, title)
}

async function markdownOf(...blocks: FakeBlockSpec[]): Promise<string> {
  return textOf(await read(blocks))
}

const row = (...cells: string[]): FakeBlockSpec => ({
  type: 'table_row',
  content: { cells: cells.map((cell) => rich(cell)) },
})

describe('blocks', () => {
  it('become headings, paragraphs, quotes, code, formulas and rules', async () => {
    const text = await markdownOf(
      textBlock('heading_1', 'Fail over'),
      paragraph('First look.\nThen act.'),
      textBlock('heading_4', 'Small'),
      textBlock('quote', 'Never panic.', { children: [paragraph('Ever.')] }),
      textBlock('code', 'kubectl get pods\n# all of them', { content: { language: 'shell', caption: rich('Run it') } }),
      { type: 'equation', content: { expression: 'a^2' } },
      { type: 'divider' },
      paragraph('End.'),
    )
    expect(text).toBe(
      [
        '# Fail over\n',
        'First look.\nThen act.\n',
        '#### Small\n',
        '> Never panic.\n>\n> Ever.\n',
        '```shell\nkubectl get pods\n# all of them\n```\n',
        'Run it\n',
        '$$\na^2\n$$\n',
        '***\n',
        'End.\n',
      ].join('\n'),
    )
  })

  it('keep lists together, numbered and nested to any depth', async () => {
    const deep = (depth: number): FakeBlockSpec[] =>
      depth === 0 ? [] : [textBlock('bulleted_list_item', `level ${depth}`, { children: deep(depth - 1) })]
    const text = await markdownOf(
      textBlock('numbered_list_item', 'Stop it', {
        children: [textBlock('code', 'stop', { content: { language: 'bash' } })],
      }),
      textBlock('numbered_list_item', 'Start it'),
      textBlock('to_do', 'Told everybody', { content: { checked: true } }),
      textBlock('to_do', 'Wrote it down', { content: { checked: false } }),
      ...deep(5),
    )
    expect(text).toBe(
      [
        '1. Stop it\n\n   ```bash\n   stop\n   ```\n2. Start it\n',
        '- [x] Told everybody\n- [ ] Wrote it down\n',
        '- level 5\n  - level 4\n    - level 3\n      - level 2\n        - level 1\n',
      ].join('\n'),
    )
  })

  it('become tables, with bars and line breaks kept inside their cells', async () => {
    const text = await markdownOf({
      type: 'table',
      content: { has_column_header: true, table_width: 2 },
      children: [row('Alert', 'Action'), row('a | b', 'one\ntwo')],
    })
    expect(text).toBe('| Alert | Action |\n| --- | --- |\n| a \\| b | one<br>two |\n')
  })

  it('show what stands in toggles, columns, tabs and callouts', async () => {
    const text = await markdownOf(
      textBlock('toggle', 'How to roll back', { children: [paragraph('Revert the commit.')] }),
      {
        type: 'column_list',
        children: [
          { type: 'column', children: [paragraph('Left.')] },
          { type: 'column', children: [paragraph('Right.')] },
        ],
      },
      textBlock('callout', 'Pages people.', {
        content: { icon: { type: 'emoji', emoji: '🚨' } },
        children: [paragraph('At night.')],
      }),
      textBlock('heading_2', 'Hidden part', { content: { is_toggleable: true }, children: [paragraph('Inside.')] }),
    )
    expect(text).toBe(
      [
        '**How to roll back**\n',
        'Revert the commit.\n',
        'Left.\n',
        'Right.\n',
        '> [!CAUTION]\n> Pages people.\n>\n> At night.\n',
        '## Hidden part\n',
        'Inside.\n',
      ].join('\n'),
    )
  })

  it('show a synced block once on a page, wherever its original stands', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    const { workspace } = notion
    const home = workspace.addPage({ title: 'Home', createdAt: made, at: edited })
    workspace.setBlocks(
      home,
      [{ type: 'synced_block', content: { synced_from: null }, children: [paragraph('Call 555.')] }],
      edited,
    )
    const original = workspace.page(home).blocks[0]?.id
    const copy = { type: 'synced_block', content: { synced_from: { type: 'block_id', block_id: original } } }
    workspace.addPage({ title: 'Copies', blocks: [copy, paragraph('Between.'), copy], createdAt: made, at: edited })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(textOf(pageAt(entries, 'Home'))).toBe('Call 555.\n')
    expect(textOf(pageAt(entries, 'Copies'))).toBe('Call 555.\n\nBetween.\n')
  })

  it('lead to pages, databases, files and addresses', async () => {
    const text = await markdownOf(
      { type: 'bookmark', content: { url: 'https://acme.example/status', caption: rich('Status page') } },
      {
        type: 'image',
        content: { type: 'file', file: { url: 'https://files.example/graph.png?X-Amz-Signature=1' }, caption: [] },
      },
      { type: 'pdf', content: { type: 'external', external: { url: 'https://acme.example/plan.pdf' }, caption: [] } },
      { type: 'embed', content: { url: 'https://grafana.example/d/1', caption: [] } },
      { type: 'link_preview', content: { url: 'https://github.com/acme/app/pull/7' } },
    )
    expect(text).toBe(
      [
        '[Status page](https://acme.example/status)\n',
        '![graph.png](https://files.example/graph.png)\n',
        '[plan.pdf](https://acme.example/plan.pdf)\n',
        '[grafana.example](https://grafana.example/d/1)\n',
        '[github.com](https://github.com/acme/app/pull/7)\n',
      ].join('\n'),
    )
  })

  it('name the pages that they link to', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    const { workspace } = notion
    const redis = workspace.addPage({ title: 'Redis', blocks: [paragraph('R')] })
    const mention = { ...Object(rich('Redis')[0]), type: 'mention', mention: { type: 'page', page: { id: redis } } }
    workspace.addPage({
      title: 'Index',
      createdAt: made,
      at: edited,
      blocks: [
        { type: 'link_to_page', content: { type: 'page_id', page_id: redis } },
        { type: 'paragraph', content: { rich_text: [...rich('See '), mention] } },
      ],
    })
    const { entries } = await syncOnce(sourceOn(notion))
    const address = `https://www.notion.so/${redis.replaceAll('-', '')}`
    expect(textOf(pageAt(entries, 'Index'))).toBe(`[Redis](${address})\n\nSee [Redis](${address})\n`)
  })

  it('that the API does not show stay as a link and are counted', async () => {
    const entry = await read([
      { type: 'unsupported', content: { block_type: 'form' } },
      { type: 'hologram', content: { depth: 3 } },
      textBlock('poem', 'A later kind of text.'),
      { type: 'ai_block', children: [paragraph('Inside.')] },
    ])
    const text = textOf(entry)
    expect(text).toMatch(/^\[Only in Notion: form\]\(https:\/\/www\.notion\.so\/Page-[0-9a-f]{32}#[0-9a-f]{32}\)\n/)
    expect(text).toContain('[Only in Notion: hologram]')
    expect(text).toContain('A later kind of text.\n\nInside.\n')
    expect(entry.warnings).toEqual([expect.stringContaining('2 blocks')])
    expect(entry.warnings?.[0]).toContain('form, hologram')
  })

  it('take meeting notes without the transcript', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    const { workspace } = notion
    const page = workspace.addPage({ title: 'Call', createdAt: made, at: edited })
    workspace.setBlocks(
      page,
      [
        {
          type: 'transcription',
          content: { title: rich('Weekly') },
          children: [
            { type: 'paragraph', children: [paragraph('We decided.')] },
            { type: 'paragraph', children: [paragraph('Er, hello?')] },
          ],
        },
      ],
      edited,
    )
    const block = workspace.page(page).blocks[0]
    const [summary, transcript] = block?.children ?? []
    Object.assign(block?.content ?? {}, {
      children: { summary_block_id: summary?.id, transcript_block_id: transcript?.id },
    })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(textOf(pageAt(entries, 'Call'))).toBe('**Weekly**\n\nWe decided.\n')
  })

  it('are read past the first hundred', async () => {
    const text = await markdownOf(...Array.from({ length: 250 }, (_, n) => paragraph(`Line ${n}.`)))
    expect(text.match(/Line \d+\./g)).toHaveLength(250)
    expect(text.trimEnd().endsWith('Line 249.')).toBe(true)
  })

  it('that are malformed cost a placeholder, not the page', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    const id = notion.workspace.addPage({ title: 'Page', createdAt: made, at: edited })
    const results = [{ object: 'block' }, { object: 'block', id, type: 'paragraph', paragraph: { rich_text: 7 } }, 'x']
    notion.fail(/children$/, { kind: 'body', body: { object: 'list', results, has_more: false, next_cursor: null } })
    const { entries } = await syncOnce(sourceOn(notion))
    expect(pageAt(entries, 'Page').warnings).toEqual([expect.stringContaining('malformed')])
  })
})

describe('rich text', () => {
  const paragraphOf = (...runs: unknown[][]): FakeBlockSpec => ({
    type: 'paragraph',
    content: { rich_text: runs.flat() },
  })

  it('keeps emphasis, code and links, with blanks outside of the marks', async () => {
    const text = await markdownOf(
      paragraphOf(
        rich('Run '),
        rich('redis-cli ', { code: true }),
        rich('very ', { bold: true }),
        rich('carefully', { bold: true }),
        rich(', see '),
        rich('docs', {}, 'https://acme.example'),
        rich(' or '),
        rich('another page', {}, '/0123456789abcdef0123456789abcdef'),
      ),
    )
    expect(text).toBe(
      'Run `redis-cli` **very carefully**, see [docs](https://acme.example) or [another page](https://www.notion.so/0123456789abcdef0123456789abcdef)\n',
    )
  })

  it('leaves commands letter for letter', async () => {
    const text = 'kubectl -n <ns> get pods_* | grep "a[b]" && echo $HOME ~/x {y} \\z'
    expect(await markdownOf(paragraph(text))).toBe(`${text}\n`)
  })

  it('does not let text change how the page is built', async () => {
    const text = await markdownOf(paragraph('# no heading\n---\n```\n<!-- seen -->\n- an item'), paragraph('After.'))
    expect(text).toBe('\\# no heading\n\\---\n\\```\n\\<!-- seen -->\n- an item\n\nAfter.\n')
  })
})

describe('dates', () => {
  it('are those of each block, nested ones too', async () => {
    const [old, recent] = [new Date('2023-03-01T00:00:00Z'), new Date('2024-12-01T00:00:00Z')]
    const entry = await read([
      paragraph('Old.', old),
      textBlock('toggle', 'Steps', { at: old, children: [paragraph('Recent.', recent), paragraph('Old, too.', old)] }),
      paragraph('Newest.', edited),
    ])
    const lines = textOf(entry).split('\n')
    const dateOf = (line: string) => entry.lineDates?.at(lines.indexOf(line) + 1)
    expect(['Old.', '**Steps**', 'Recent.', 'Old, too.', 'Newest.'].map(dateOf)).toEqual([
      old,
      old,
      recent,
      old,
      edited,
    ])
    expect(entry.editedAt).toEqual(edited)
    expect(entry.lineDates?.at(99)).toEqual(edited)
  })
})

describe('anchors', () => {
  it('lead to the block of each line, nested ones too', async () => {
    const entry = await read([paragraph('Top.'), textBlock('toggle', 'Steps', { children: [paragraph('Nested.')] })])
    const lines = textOf(entry).split('\n')
    const anchorOf = (line: string) => (Array.isArray(entry.anchors) ? entry.anchors[lines.indexOf(line)] : undefined)
    const anchors = ['Top.', '**Steps**', 'Nested.'].map(anchorOf)
    expect(anchors).toEqual(Array(3).fill(expect.stringMatching(/^#[0-9a-f]{32}$/)))
    expect(new Set(anchors).size).toBe(3)
  })
})

describe('a page as it is indexed', () => {
  it('stands under its own title, each passage with its own date', async () => {
    const old = new Date('2023-03-01T00:00:00Z')
    const entry = await read(
      [
        textBlock('heading_1', 'Overview', { at: old }),
        paragraph('The primary is found by the sentinels.', old),
        textBlock('heading_1', 'Ports', { at: edited }),
        paragraph('The sentinel port is 26379.', edited),
      ],
      'values.yaml',
    )
    const [prepared] = prepareEntry(entry, { id: 'wiki', audience: ['sre'] }).documents
    expect(prepared?.document).toMatchObject({ title: 'values.yaml', path: 'values.yaml', audience: ['sre'] })
    expect(prepared?.passages.map(({ heading, editedAt }) => [heading, editedAt])).toEqual([
      [['Overview'], old],
      [['Ports'], edited],
    ])
  })
})

describe('reading', () => {
  it('stops when it is told to, in the middle of a page', async () => {
    await using notion = await FakeNotion.start({ markdown: false })
    notion.workspace.addPage({
      title: 'Page',
      createdAt: made,
      at: edited,
      blocks: [textBlock('toggle', 'T', { children: [paragraph('x')] })],
    })
    const source = sourceOn(notion)
    const [entry] = (await source.survey({ revisions: new Map(), failed: new Set() }, ongoing)).changed
    const stop = new AbortController()
    notion.tempt((path) => {
      if (path.endsWith('/children')) stop.abort(new Error('enough'))
      return undefined
    })
    await expect(source.read(entry ?? { entry: '', revision: '' }, stop.signal)).rejects.toThrow('enough')
  })
})
