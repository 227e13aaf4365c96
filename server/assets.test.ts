import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadAssets } from './assets.ts'
import { startServer } from './server.fake.ts'

async function folder(files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'nightdesk-assets-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, dirname(name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const files = {
  'index.html': '{{modules}}<script type="module" src="{{assets}}/main.ts"></script>',
  'graph.html': '<title>Graph</title>',
  'main.ts': "import type { A } from '#elsewhere/a.ts'\nconst n: number = 1\nexport const a = n as A\n",
  'main.test.ts': 'secret',
  'page.css': 'body { margin: 0 }',
  'notes.txt': 'not for the web',
}

describe('assets', () => {
  it('serve a page that loads modules without types, which browsers keep for ever', async () => {
    await using web = await folder(files)
    await using nightdesk = await startServer({ assets: await loadAssets(web.path) })
    const page = await nightdesk.get('/')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    const html = await page.text()
    const address = /src="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(html).toContain(`<link rel="modulepreload" href="${address}" />`)
    const script = await nightdesk.get(address)
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await script.text()).replaceAll(/\s+/g, ' ').trim()).toBe('const n = 1 export const a = n')
    const again = await nightdesk.get(address, { 'if-none-match': script.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
  })

  it('come from folders too, and what runs on the audio thread is not loaded with the page', async () => {
    await using web = await folder({ ...files, 'voice/ring.ts': 'export {}', 'voice/playback-worklet.ts': 'export {}' })
    const assets = await loadAssets(web.path)
    await using nightdesk = await startServer({ assets })
    const html = await (await nightdesk.get('/')).text()
    expect([...html.matchAll(/href="[^"]*\/(voice\/[^"]+)"/g)].map((match) => match[1])).toEqual(['voice/ring.ts'])
    for (const name of ['voice/ring.ts', 'voice/playback-worklet.ts']) {
      expect([name, (await nightdesk.get(`/assets/${assets.version}/${name}`)).status]).toEqual([name, 200])
    }
  })

  it('answer 304 to a browser that has this page already', async () => {
    await using web = await folder(files)
    await using nightdesk = await startServer({ assets: await loadAssets(web.path) })
    const etag = (await nightdesk.get('/')).headers.get('etag') ?? ''
    expect((await nightdesk.get('/', { 'if-none-match': etag })).status).toBe(304)
    expect((await nightdesk.get('/', { 'if-none-match': '"other"' })).status).toBe(200)
  })

  it('give each page its own address', async () => {
    await using web = await folder(files)
    await using nightdesk = await startServer({ assets: await loadAssets(web.path) })
    expect(await (await nightdesk.get('/graph')).text()).toBe('<title>Graph</title>')
  })

  it('have another address when any of them changed, and serve nothing else', async () => {
    await using web = await folder(files)
    const assets = await loadAssets(web.path)
    await writeFile(join(web.path, 'page.css'), 'body { margin: 1px }')
    expect((await loadAssets(web.path)).version).not.toBe(assets.version)
    await using nightdesk = await startServer({ assets })
    for (const name of ['main.test.ts', 'notes.txt', 'index.html', '..%2fpackage.json']) {
      const response = await nightdesk.get(`/assets/${assets.version}/${name}`)
      expect([name, response.status]).toEqual([name, 404])
    }
    expect((await nightdesk.get('/assets/older/main.ts')).status).toBe(404)
  })
})
