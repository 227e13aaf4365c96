import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { type Clock, fixedClock, systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { Surveyed } from '../source.ts'
import { createSync } from '../sync.ts'
import { type FilesSourceOptions, filesSource } from './files-source.ts'

const ongoing = new AbortController().signal
const nothing: Surveyed = { revisions: new Map(), failed: new Set() }

interface Folder extends AsyncDisposable {
  path: string
  write(name: string, content?: string | Uint8Array): Promise<void>
}

async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'nightdesk-nasty-'))
  return {
    path,
    async write(name, content = '# Fine\n\ntext\n') {
      await mkdir(join(path, name, '..'), { recursive: true })
      await writeFile(join(path, name), content)
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

function sourceOf(path: string, options: Partial<FilesSourceOptions> = {}) {
  return filesSource({ id: 'docs', path, audience: [], clock: systemClock, log: silentLog, ...options })
}

async function surveyOf(path: string, options: Partial<FilesSourceOptions> = {}, known = nothing) {
  await using source = sourceOf(path, options)
  const survey = await source.survey(known, ongoing)
  return { ...survey, names: survey.changed.map(({ entry }) => entry) }
}

describe('a folder with nasty things in it', () => {
  it('leaves out what is no file of text, and names each', async () => {
    await using docs = await folder()
    await docs.write('fine.md')
    await docs.write('empty.md', '')
    await docs.write('enormous.md')
    await truncate(join(docs.path, 'enormous.md'), 100_000_000)
    execFileSync('mkfifo', [join(docs.path, 'pipe.md')])
    await docs.write('line\nbreak.md')
    await mkdir(join(docs.path, 'folder.md'))
    await docs.write('folder.md/inside.md')
    const server = createServer().listen(join(docs.path, 'socket.md'))
    const before = process.memoryUsage().arrayBuffers
    const survey = await surveyOf(docs.path)
    server.close()
    expect(survey.names).toEqual(['fine.md', 'folder.md/inside.md'])
    expect(survey.skipped.toSorted((one, other) => (one.entry < other.entry ? -1 : 1))).toEqual([
      { entry: '"line\\nbreak.md"', reason: 'its name holds a control character' },
      { entry: 'empty.md', reason: 'it is empty' },
      { entry: 'enormous.md', reason: 'it has 100.0 MB, and the limit is 5.0 MB' },
      { entry: 'pipe.md', reason: 'it is not a regular file' },
      { entry: 'socket.md', reason: 'it is not a regular file' },
    ])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  })

  it('leaves out a file whose name is not valid UTF-8, also in a work tree', async () => {
    await using docs = await folder()
    await docs.write('fine.md')
    const name = Buffer.concat([Buffer.from(`${docs.path}/caf`), Buffer.of(0xe9), Buffer.from('.md')])
    await writeFile(name, 'x\n')
    for (const prepare of [() => undefined, () => execFileSync('git', ['init', '--quiet', docs.path])]) {
      prepare()
      const survey = await surveyOf(docs.path)
      expect(survey.names).toEqual(['fine.md'])
      expect(survey.skipped).toEqual([{ entry: 'caf\ufffd.md', reason: 'its name is not valid UTF-8' }])
    }
  })

  it('is not led in circles or out of the folder by symbolic links', async () => {
    await using docs = await folder()
    await using outside = await folder()
    await outside.write('secret.md', 'not for you\n')
    await docs.write('real.md')
    await docs.write('deep/page.md')
    await docs.write('.versions/1/mounted.md')
    const link = (target: string, name: string) => symlink(target, join(docs.path, name))
    await link('.', 'deep/loop')
    await link('..', 'deep/up')
    await link('self.md', 'self.md')
    await link('nowhere.md', 'dangling.md')
    await link(join(outside.path, 'secret.md'), 'secret.md')
    await link(outside.path, 'outside')
    await link('real.md', 'again.md')
    await link('.versions/1/mounted.md', 'mounted.md')
    const survey = await surveyOf(docs.path)
    expect(survey.names).toEqual(['deep/page.md', 'mounted.md', 'real.md'])
    expect(survey.skipped.map(({ entry }) => entry).toSorted()).toEqual(['dangling.md', 'secret.md', 'self.md'])
  })

  it('keeps names apart that differ in case alone, and says so', async () => {
    await using docs = await folder()
    await docs.write('Readme.md', '# One\n')
    await docs.write('README.md', '# Two\n')
    const survey = await surveyOf(docs.path)
    expect(survey.names).toEqual(['README.md', 'Readme.md'])
    expect(survey.warnings?.join()).toContain('README.md and Readme.md')
  })

  it('reads through a folder that is itself a symbolic link', async () => {
    await using docs = await folder()
    await docs.write('v1/a.md')
    await symlink('v1', join(docs.path, 'current'))
    expect((await surveyOf(join(docs.path, 'current'))).names).toEqual(['a.md'])
  })

  it('skips hidden and installed folders, and takes hidden ones that are asked for', async () => {
    await using docs = await folder()
    const all = [
      'a.md',
      '.hidden/b.md',
      'node_modules/c/README.md',
      'vendor/acme/d.md',
      'go/vendor/x/e.md',
      '.github/f.md',
    ]
    for (const name of all) await docs.write(name)
    await docs.write('go/go.mod', 'module x\n')
    await docs.write('package.json', '{}')
    expect((await surveyOf(docs.path)).names).toEqual(['a.md', 'vendor/acme/d.md'])
    expect((await surveyOf(docs.path, { include: ['.github/**/*.md'] })).names).toEqual(['.github/f.md'])
    expect((await surveyOf(docs.path, { exclude: ['vendor/'] })).names).toEqual(['a.md'])
    expect((await surveyOf(docs.path, { include: ['a.*', 'vendor/**'] })).names).toEqual(['a.md', 'vendor/acme/d.md'])
  })

  it('does not take for gone what it can no longer look at', async ({ skip }) => {
    if (process.getuid?.() === 0) return skip('root may look at everything')
    await using docs = await folder()
    await docs.write('closed/a.md')
    await docs.write('b.md')
    const { changed } = await surveyOf(docs.path)
    const known = {
      revisions: new Map(changed.map(({ entry, revision }) => [entry, revision])),
      failed: new Set<string>(),
    }
    await chmod(join(docs.path, 'closed'), 0)
    const survey = await surveyOf(docs.path, {}, known)
    await chmod(join(docs.path, 'closed'), 0o755)
    expect(survey.gone).toEqual([])
    expect(survey.warnings?.join()).toContain('closed')
  })

  it('syncs what is good of it, however odd the content, and says what is not', async () => {
    await using docs = await folder()
    await docs.write('fine.md', '# Fine\n\ntext\n')
    await docs.write(
      'binary.md',
      Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256),
    )
    await docs.write('latin1.md', Buffer.from('# Caf\xe9\n\nR\xe9sum\xe9 of the outage: d\xe9j\xe0 vu.\n', 'latin1'))
    await docs.write('sjis.md', Buffer.from('232083668358836783670a0a82b182ea82cd83658358836782c582b781420a', 'hex'))
    await docs.write('broken.ipynb', '{"cells": [')
    await docs.write('broken.yaml', 'groups: [}\n')
    await docs.write('broken.html', '<h1>Unclosed<p><table><td>cell\n')
    await docs.write('long-line.md', `# Long\n\n${'word '.repeat(200_000)}\n`)
    await docs.write('deep.md', `# Deep\n\n${'> '.repeat(3000)}x\n\n${'- '.repeat(3000)}y\n`)
    const store = openMemoryStore()
    const sync = createSync({ documents: store.documents, clock: systemClock, log: silentLog })
    const report = await sync.run(sourceOf(docs.path), {}, ongoing)
    const { documents } = await store.documents.documents({ principal: localPrincipal }, undefined, 50, ongoing)
    const titles = documents.map((document) => document.title)
    expect(titles).toEqual(expect.arrayContaining(['Fine', 'Café', 'Long', 'Deep']))
    expect(JSON.stringify([report.skipped, report.failures])).toContain('binary.md')
    expect(report.warnings.join()).toContain('latin1.md')
    expect(await sync.run(sourceOf(docs.path), {}, ongoing)).toMatchObject({ changed: 0, added: 0 })
  })
})

describe('the revision of a file', () => {
  it('changes with the content even when size and time are set back, unless the file could not have been seen changing', async () => {
    await using docs = await folder()
    const at = new Date('2024-01-01T00:00:00Z')
    const write = async (content: string) => {
      await docs.write('a.md', content)
      await utimes(join(docs.path, 'a.md'), at, at)
    }
    await write('page bob\n')
    const { changed } = await surveyOf(docs.path)
    const known = {
      revisions: new Map(changed.map(({ entry, revision }) => [entry, revision])),
      failed: new Set<string>(),
    }
    await write('page eve\n')
    expect((await surveyOf(docs.path, {}, known)).names).toEqual(['a.md'])
  })

  it('stays as it was for a file that was only moved away and back', async () => {
    await using docs = await folder()
    await docs.write('a.md', 'same\n')
    const late = fixedClock('2100-01-01T00:00:00Z')
    const { changed } = await surveyOf(docs.path, { clock: late })
    const known = {
      revisions: new Map(changed.map(({ entry, revision }) => [entry, revision])),
      failed: new Set<string>(),
    }
    await rename(join(docs.path, 'a.md'), join(docs.path, 'b.md'))
    await rename(join(docs.path, 'b.md'), join(docs.path, 'a.md'))
    expect(await surveyOf(docs.path, { clock: late }, known)).toMatchObject({ changed: [], unchanged: 1 })
  })

  it('trusts what was read before of a file whose time and size stayed, unless it was read right after a change', async () => {
    await using docs = await folder()
    await docs.write('a.md', 'same\n')
    const surveyWithOtherContentStored = async (clock: Clock) => {
      const { changed } = await surveyOf(docs.path, { clock })
      const stored = changed.map(({ entry, revision }) => [entry, revision.replace(/^f:[^:]+/, 'f:other')] as const)
      return surveyOf(docs.path, { clock }, { revisions: new Map(stored), failed: new Set() })
    }
    expect(await surveyWithOtherContentStored(fixedClock('2100-01-01T00:00:00Z'))).toMatchObject({ unchanged: 1 })
    expect(await surveyWithOtherContentStored(systemClock)).toMatchObject({ unchanged: 0 })
  })
})
