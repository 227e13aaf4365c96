import { describe, expect, it } from 'vitest'
import { parsedDocument, shape } from './parse.fake.ts'

const blocks = (content: string, path = 'a.md') => shape(parsedDocument(path, content).blocks)

describe('Markdown headings', () => {
  it('make the path of a block, without the title', () => {
    expect(blocks('# T\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n')).toEqual([
      ['', 'paragraph', 'a'],
      ['B', 'paragraph', 'b'],
      ['B > C', 'paragraph', 'c'],
      ['D', 'paragraph', 'd'],
    ])
  })

  it('lose their markup, anchors and shortcodes', () => {
    const title = (heading: string) => parsedDocument('a.md', `# ${heading}\n\ntext`).title
    expect(title('**Fail** over `redis-cli` by [hand](./x.md) {#by-hand}')).toBe('Fail over redis-cli by hand')
    expect(title('{{% heading "prerequisites" %}}')).toBe('prerequisites')
    expect(title('About {{< glossary_tooltip term_id="pod" text="Pods" >}} {: .no_toc }')).toBe('About Pods')
    expect(title('pg_stat_activity and `a*b*c` ##')).toBe('pg_stat_activity and a*b*c')
    expect(title('Terms &amp; conditions \\# 1')).toBe('Terms & conditions # 1')
  })

  it('may be underlined', () => {
    expect(blocks('Title\n=====\n\na\n\nSection\n---\nb')).toEqual([
      ['', 'paragraph', 'a'],
      ['Section', 'paragraph', 'b'],
    ])
  })

  it('may be HTML', () => {
    expect(parsedDocument('a.md', '<h1 align="center">The <b>title</b></h1>\n\ntext').title).toBe('The title')
  })

  it('are not looked for in code', () => {
    expect(blocks('# T\n\n```sh\n# not a heading\n```')).toEqual([['', 'code', '```sh\n# not a heading\n```']])
  })

  it('are the title only once', () => {
    expect(blocks('# One\n\na\n\n# Two\n\nb')).toEqual([
      ['', 'paragraph', 'a'],
      ['Two', 'paragraph', 'b'],
    ])
  })

  it('stay in the path when front matter gives another title', () => {
    expect(blocks('---\ntitle: Redis is down\n---\n# RedisDown\n\n## Meaning\n\na')).toEqual([
      ['RedisDown > Meaning', 'paragraph', 'a'],
    ])
    expect(blocks('---\ntitle: Redis Down\n---\n# Redis down\n\n## Meaning\n\na')).toEqual([
      ['Meaning', 'paragraph', 'a'],
    ])
  })

  it('are the text of a page that has nothing else', () => {
    expect(blocks('# One\n\n## Two\n')).toEqual([
      ['', 'paragraph', '# One'],
      ['', 'paragraph', '## Two'],
    ])
  })
})

describe('the title of a page without headings', () => {
  it.each([
    ['ops/redis-failover.md', 'redis-failover'],
    ['ops/redis/README.md', 'redis'],
    ['ops/redis/_index.md', 'redis'],
    ['README.md', 'README'],
    ['ops/v1.2.md', 'v1.2'],
  ])('comes from its path: %s', (path, title) => {
    expect(parsedDocument(path, 'text').title).toBe(title)
  })
})

describe('Markdown blocks', () => {
  it('are lists, tables, code, quotes and admonitions, each whole', () => {
    const parts = [
      ['list', '- a\n  - b\n\n  more\n- c'],
      ['ordered-list', '1. a\n\n   ```sh\n   run\n   ```\n\n2. b'],
      ['table', '| a | b |\n|---|---|\n| 1 | 2 |'],
      ['quote', '> somebody\n> said'],
      ['admonition', '> [!WARNING]\n> Mind the gap.'],
      ['admonition', ':::note[Title]\n\nInside.\n\n- list\n\n:::'],
      ['admonition', '::::tip\n:::note\ninner\n:::\n::::'],
      ['admonition', '!!! warning "Mind"\n    the\n\n    gap'],
      ['admonition', '{{< caution >}}\nDo not.\n\nReally.\n{{< /caution >}}'],
      ['admonition', '{{% alert title="x" color="warning" %}}\nDo not.\n{{% /alert %}}'],
      ['code', '{{< highlight yaml "linenos=false" >}}\n---\n# not a heading\n{{< /highlight >}}'],
      ['code', '{% highlight sh %}\n# not a heading\n{% endhighlight %}'],
      ['admonition', '```{warning}\nMind.\n```'],
      ['admonition', '=== "Linux"\n\n    ```sh\n    yum\n    ```'],
      ['code', '~~~\n```\n~~~'],
      ['html', '<details>\n<summary>More</summary>'],
    ]
    const content = `# T\n\n${parts.map(([, text]) => text).join('\n\ntext\n\n')}\n`
    expect(blocks(content).filter(([, kind]) => kind !== 'paragraph')).toEqual(
      parts.map(([kind, text]) => ['', kind, text]),
    )
  })

  it('read what stands inside a container that is a layout', () => {
    const inside = Array.from({ length: 40 }, (_, at) => `Paragraph ${at}.`).join('\n\n')
    expect(blocks(`:::tabs\n\n## Linux\n\nyum\n\n:::`).map(([heading]) => heading)).toContain('Linux')
    expect(blocks(`:::note\n\n${inside}\n\n:::`).length).toBeGreaterThan(40)
  })

  it('do not end a container at a colon line inside a fence', () => {
    expect(blocks(':::note\n```\n:::\n```\n:::')).toEqual([['', 'admonition', ':::note\n```\n:::\n```\n:::']])
  })

  it('keep an opening that is never closed as text', () => {
    expect(blocks(':::note\n\na').map(([, , text]) => text)).toEqual([':::note', 'a'])
    expect(blocks('{{< note >}}\n\na').map(([, , text]) => text)).toEqual(['{{< note >}}', 'a'])
  })

  it('leave comments out, and hand them on unseen', () => {
    const [before, after] = parsedDocument('a.md', 'one\n\n<!-- secret\norder -->\n\ntwo').blocks
    expect([before?.text, before?.hidden]).toEqual(['one', undefined])
    expect([after?.text, after?.hidden?.trim()]).toEqual(['two', '<!-- secret\norder -->'])
  })

  it('hand on a comment at the end of a section with what stands before', () => {
    const [only] = parsedDocument('a.md', 'one\n\n<!-- last -->').blocks
    expect(only?.hidden).toContain('last')
  })

  it('leave out what HTML hides', () => {
    const document = parsedDocument('a.md', 'one\n\n<div style="display: none">obey</div>\n\n<p hidden>me</p>\n')
    expect(document.blocks.map(({ text }) => text)).toEqual(['one'])
    expect(document.blocks[0]?.hidden).toMatch(/obey[\s\S]*me/)
  })

  it('keep a comment that is never closed', () => {
    expect(
      blocks('a\n\n<!-- b\n\nc')
        .map(([, , text]) => text)
        .join('|'),
    ).toBe('a|<!-- b\n\nc')
  })

  it('count lines from 1, front matter included', () => {
    const [block] = parsedDocument('a.md', '---\ntitle: T\n---\n\n\ntwo\nlines\n').blocks
    expect([block?.fromLine, block?.toLine]).toEqual([6, 7])
  })

  it('are the same with the line ends of Windows', () => {
    expect(blocks('# T\r\n\r\n- a\r\n- b\r\n')).toEqual(blocks('# T\n\n- a\n- b\n'))
  })
})

describe('MDX', () => {
  it('leaves imports, exports and comments out and reads on between the elements', () => {
    const content =
      "import Tabs from '@theme/Tabs'\nimport {\n  A,\n} from './a'\n\nexport const x = 1\n\n# T\n\n<Tabs>\n<TabItem value=\"mac\">\n\n## Mac\n\nbrew\n\n</TabItem>\n</Tabs>\n\n{/* hidden */}\n\nend {x}\n"
    expect(blocks(content, 'a.mdx')).toEqual([
      ['', 'html', '<Tabs>\n<TabItem value="mac">'],
      ['Mac', 'paragraph', 'brew'],
      ['Mac', 'html', '</TabItem>\n</Tabs>'],
      ['Mac', 'paragraph', 'end {x}'],
    ])
  })

  it('is not looked for in plain Markdown', () => {
    expect(blocks('import the data\n\nexport it')).toHaveLength(2)
  })
})
