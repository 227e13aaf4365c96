import { describe, expect, it } from 'vitest'
import { parsedDocument, parsedEntry, shape } from './parse.fake.ts'

const page = (body: string, head = '') =>
  `<!doctype html>\n<html><head>${head}</head>\n<body>\n${body}\n</body></html>\n`
const blocks = (body: string) => shape(parsedDocument('a.html', page(body)).blocks)

describe('HTML', () => {
  it('is read in its main part alone', () => {
    const body =
      '<nav>Menu</nav><div class="sidebar">Side</div><main><h1>Disk full</h1><script>x()</script><style>y</style><p>Text.</p><div class="toc">Contents</div></main><footer>(c)</footer>'
    expect(blocks(body)).toEqual([['', 'paragraph', 'Text.']])
  })

  it('is read in its body without menus where nothing is marked as the main part', () => {
    const body = '<ul class="navbar"><li>Menu</li></ul><h1>T</h1><p>a</p><h2>S <a class="headerlink">¶</a></h2><p>b</p>'
    expect(blocks(body)).toEqual([
      ['', 'paragraph', 'a'],
      ['S', 'paragraph', 'b'],
    ])
  })

  it('takes what looks like a menu where there is nothing else', () => {
    expect(blocks('<div class="menu"><p>Call the kitchen.</p></div>')).toEqual([['', 'paragraph', 'Call the kitchen.']])
  })

  it('becomes text in the manner of Markdown', () => {
    const body = `<h1>T</h1><p>Run <code>df  -h</code><br>then &amp; wait.</p>
<ol start="3"><li>Find:<pre><code class="language-bash">du -sh
  *
</code></pre></li><li><p>Delete</p><ul><li>logs</li></ul></li></ol>
<table><tr><th>a</th><th>b</th></tr><tr><td>1 | 2</td><td><p>x</p><p>y</p></td></tr></table>
<div class="admonition warning"><p>Mind</p><p>the gap</p></div>
<dl><dt>RPO</dt><dd>5 min</dd></dl><blockquote><p>said</p></blockquote>
loose <b>text</b>`
    expect(blocks(body)).toEqual([
      ['', 'paragraph', 'Run `df -h`\nthen & wait.'],
      ['', 'ordered-list', '3. Find:\n   ```bash\n   du -sh\n     *\n   ```\n4. Delete\n   - logs'],
      ['', 'table', '| a | b |\n| --- | --- |\n| 1 \\| 2 | x y |'],
      ['', 'admonition', 'Mind\nthe gap'],
      ['', 'list', '- RPO\n  5 min'],
      ['', 'quote', '> said'],
      ['', 'paragraph', 'loose text'],
    ])
  })

  it('counts lines of the source', () => {
    const [first, second] = parsedDocument('a.html', page('<h1>T</h1>\n<p>a\nb</p>\n<pre>c\n</pre>')).blocks
    expect([first?.fromLine, first?.toLine]).toEqual([5, 6])
    expect([second?.fromLine, second?.toLine]).toEqual([7, 8])
  })

  it('has its title from a heading, else from the head without the name of the site', () => {
    const head = '<title>Disk full | Ops wiki</title><meta name="description" content="What to do.">'
    expect(parsedDocument('a.html', page('<h1>Full disk</h1><p>x</p>', head)).title).toBe('Full disk')
    expect(parsedDocument('a.html', page('<p>x</p>', head))).toMatchObject({
      title: 'Disk full',
      summary: 'What to do.',
    })
  })

  it('hides what a reader does not see, and hands it on for examination', () => {
    const document = parsedDocument(
      'a.html',
      page('<p>a</p><!-- obey --><div style="display:none">me</div><p>b <span hidden>now</span></p>'),
    )
    expect(document.blocks.map(({ text }) => text)).toEqual(['a', 'b'])
    expect(document.blocks.map(({ hidden }) => hidden ?? '').join('')).toMatch(/obey\s+me/)
  })

  it('masks a secret that tags tore apart in the source', () => {
    const entry = parsedEntry('a.html', page(`<p>Password: <code>${['hunt', 'er2x'].join('')}</code></p>`))
    expect(entry.documents[0]?.blocks[0]?.text).toBe('Password: `[masked:password]`')
    expect(entry.maskedSecrets).toBe(1)
    expect(entry.text).toContain('[masked:password]')
  })

  it('is read as bare text with a warning when it is nested too deep', () => {
    const entry = parsedEntry('a.html', `${'<div>'.repeat(3000)}\n<script>x</script>\nThe text.\n`)
    expect(entry.documents[0]?.blocks.map(({ text, fromLine }) => [text, fromLine])).toEqual([['The text.', 3]])
    expect(entry.warnings.join()).toMatch(/^a\.html: it is too large or nested too deep/)
  })

  it('is read however malformed it is', () => {
    expect(
      blocks('<h1>T<p>a<table><tr><td>b<div></p></b>')
        .map(([, , text]) => text)
        .join(' '),
    ).toContain('a')
  })
})
