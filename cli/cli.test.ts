import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { launchNightdesk, nightdesk, npmStart, type RunningNightdesk } from './nightdesk-process.fake.ts'

const commands = ['start', 'worker', 'queue', 'ingest', 'ask', 'search', 'verify', 'eval', 'bench', 'doctor']

let folder = ''
let loaded: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-cli-'))
  loaded = ['--data-dir', join(folder, 'loaded')]
  await writeFile(join(folder, 'not.yaml'), 'sources: [\n')
  await writeFile(join(folder, 'unknown.yaml'), 'sourcs: []\n')
  const { code, err } = await nightdesk(['ingest', ...loaded])
  if (code !== 0) throw new Error(err)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('help', () => {
  it('lists every command', async () => {
    const { code, out } = await nightdesk(['--help'])
    expect(code).toBe(0)
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
  })

  it.concurrent.each(commands)('is there for %s, and goes to stdout', async (command) => {
    const { code, out, err } = await nightdesk([command, '--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const option of ['--data-dir', '--config', '--json']) expect(out).toContain(option)
  })
})

describe('bad usage or configuration exits with 2, says why on stderr, and touches nothing', () => {
  const untouched = () => join(folder, 'untouched')
  const cases: Readonly<
    Record<string, { args: (folder: string) => string[]; env?: Record<string, string>; says: RegExp }>
  > = {
    'no command': { args: () => [], says: /Usage/ },
    'an unknown command': { args: () => ['frobnicate'], says: /unknown command/ },
    'a port that is none': { args: () => ['start', '--port', 'x'], says: /whole number from 0 to 65535/ },
    'a missing --set': { args: () => ['eval'], says: /--set/ },
    'a missing question': { args: () => ['ask'], says: /question/ },
    'a language that is not spoken': { args: () => ['ask', 'why?', '--lang', 'fr'], says: /en or ja/ },
    'a source of no known form': { args: () => ['ingest', 'nonsense'], says: /files:DIR/ },
    'a principal who is not configured': { args: () => ['ask', 'why?', '--principal', 'bob'], says: /bob/ },
    'a configuration that is not there': { args: () => ['ask', 'why?', '--config', '/none.yaml'], says: /none\.yaml/ },
    'a configuration that is no YAML': {
      args: (at) => ['ask', 'why?', '--config', join(at, 'not.yaml')],
      says: /not\.yaml/,
    },
    'a misspelt setting': {
      args: (at) => ['ask', 'why?', '--config', join(at, 'unknown.yaml')],
      says: /sourcs/,
    },
    'a variable that is wrong': { args: () => ['doctor'], env: { PORT: 'high' }, says: /PORT/ },
    'an open address and nobody configured': {
      args: () => ['start', '--port', '0'],
      env: { HOST: '0.0.0.0' },
      says: /principals/,
    },
  }

  it.concurrent.each(Object.entries(cases))('%s', async (_, { args, env, says }) => {
    const { code, out, err } = await nightdesk(args(folder), {
      env: { ...env, NIGHTDESK_DATA_DIR: untouched() },
    })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(says)
    expect(err).not.toMatch(/^\s+at /m)
    expect(existsSync(untouched())).toBe(false)
  })
})

describe('what fails exits with 1 and says why on stderr, without a stack', () => {
  const cases: Readonly<Record<string, { args: string[]; says: RegExp }>> = {
    'a folder that is not there': { args: ['ingest', 'files:/no/such/folder'], says: /no\/such\/folder/ },
    'a document that nobody knows': { args: ['verify', 'nosuch', '--by', 'alice'], says: /No document has this id/ },
    'a question set that is not there': { args: ['eval', '--set', '/none.jsonl'], says: /none\.jsonl/ },
    'nothing to evaluate over': {
      args: ['eval', '--set', join(import.meta.dirname, '../eval/sets/samples.jsonl'), '--docs', '/no/such/folder'],
      says: /No source could be read/,
    },
  }

  it.each(Object.entries(cases))('%s', async (_, { args, says }) => {
    const { code, out, err } = await nightdesk([...args, ...loaded])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(says)
    expect(err).not.toContain('    at ')
  })

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = z.object({ port: z.number() }).parse(other.address())
    const { code, err } = await nightdesk(['start', '--port', String(port), ...loaded])
    other.close()
    expect(code).toBe(1)
    expect(err).toMatch(/another process/)
  })
})

const Freshness = z.object({ state: z.string(), edited_at: z.iso.datetime() })
const CitedDocument = z.object({ id: z.string(), path: z.string() })
const AnswerSeen = z.object({
  answer: z.string(),
  abstained: z.boolean(),
  citations: z.array(z.object({ quote: z.string(), document: CitedDocument, freshness: Freshness })),
})
const Found = z.object({ results: z.array(z.object({ document: CitedDocument, freshness: Freshness })) })

describe('the sample wiki', () => {
  it('is not indexed again when nothing changed', async () => {
    const { code, out } = await nightdesk(['ingest', '--json', ...loaded])
    const Report = z.object({ sources: z.array(z.object({ added: z.number(), unchanged: z.number() })).length(1) })
    const [report] = Report.parse(JSON.parse(out)).sources
    expect(code).toBe(0)
    expect(report?.added).toBe(0)
    expect(report?.unchanged).toBeGreaterThan(20)
  })

  it('is asked from an empty data directory too, and the answer is the only thing on stdout', async () => {
    const { code, out, err } = await nightdesk([
      'ask',
      'how long do we keep logs?',
      '--json',
      '--data-dir',
      join(folder, 'new'),
    ])
    expect(code).toBe(0)
    expect(err).toContain('sample wiki')
    const { abstained, citations } = AnswerSeen.parse(JSON.parse(out))
    expect(abstained).toBe(false)
    expect(citations[0]?.document.path).toBe('platform/log-retention.md')
  })

  it('answers people in prose, with its sources and how old they are', async () => {
    const { code, out } = await nightdesk(['ask', 'CDNのキャッシュを全部消すには？', ...loaded])
    expect(code).toBe(0)
    expect(out).toContain('cdnctl purge all --confirm www')
    expect(out).toMatch(/^\[1\] CDNキャッシュの削除/m)
    expect(out).toContain('stale, edited 2024-11-06')
  })

  it('is searched, and a document vouched for is verified from then on', async () => {
    const search = ['search', 'purge the CDN cache', '--limit', '3', '--json', ...loaded]
    const before = Found.parse(JSON.parse((await nightdesk(search)).out)).results
    expect(before.length).toBeLessThanOrEqual(3)
    const document = before.find(({ document: { path } }) => path === 'runbooks/cdn-purge.html')?.document
    if (document === undefined) throw new Error('the page about the CDN was not found')

    const verified = await nightdesk(['verify', document.id, '--by', 'alice', '--json', ...loaded])
    expect(Freshness.parse(JSON.parse(verified.out)).state).toBe('verified')

    const after = Found.parse(JSON.parse((await nightdesk(search)).out)).results
    expect(after.find((result) => result.document.id === document.id)?.freshness.state).toBe('verified')
  })

  it('is said to be in order by doctor', async () => {
    const { code, out } = await nightdesk(['doctor', '--json', ...loaded])
    const Findings = z.object({ findings: z.array(z.object({ check: z.string(), state: z.string() })) })
    expect(code).toBe(0)
    expect(Findings.parse(JSON.parse(out)).findings.map(({ check }) => check)).toContain('source samples')
  })
})

describe('start', () => {
  it('gets ready, answers, counts its syncs, and ends with 0 when it is told to', async () => {
    const port = await freePort()
    const started = launchNightdesk(['start', '--json', '--port', String(port), ...loaded])
    const url = `http://127.0.0.1:${port}`
    await readyAt(url, started)
    const asked = await fetch(`${url}/v1/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'how long do we keep logs?' }),
    })
    expect(AnswerSeen.parse(await asked.json()).citations).not.toEqual([])
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/nightdesk_sync_documents_total\{source="samples",outcome="unchanged"\} [1-9]/)
    expect(metrics).toMatch(/nightdesk_sync_finished_timestamp_seconds\{source="samples"\} 1/)
    started.kill('SIGTERM')
    const { code, out } = await started.ended
    expect(code).toBe(0)
    expect(z.object({ url: z.string(), documents: z.number() }).parse(JSON.parse(out)).url).toBe(url)
  })

  it('goes on serving what was ingested by hand, where no source is configured', async () => {
    const docs = await mkdtemp(join(folder, 'by-hand-'))
    await writeFile(join(docs, 'page.md'), '# Redis\n\nRestart it by hand.\n')
    const data = ['--data-dir', join(folder, 'by-hand')]
    expect((await nightdesk(['ingest', `files:${docs}`, ...data])).code).toBe(0)
    const port = await freePort()
    const started = launchNightdesk(['start', '--port', String(port), ...data])
    await readyAt(`http://127.0.0.1:${port}`, started)
    await setTimeout(500)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    started.kill('SIGTERM')
    const { code, out } = await started.ended
    expect(code).toBe(0)
    expect(out).toContain(`Nightdesk is ready at http://127.0.0.1:${port}`)
  })

  it('by npm ends with npm, and leaves nothing running', async () => {
    const port = await freePort()
    const started = npmStart(['--port', String(port), ...loaded])
    // No channel goes through npm.
    onTestFinished(started.killAll)
    await readyAt(`http://127.0.0.1:${port}`, started)
    started.kill('SIGTERM')
    // Its output stays open for as long as any process of it runs.
    const { code, out, err } = await started.ended
    expect(code).toBe(0)
    expect(out).toContain(`Nightdesk is ready at http://127.0.0.1:${port}`)
    expect(err).toContain('stopped')
  })

  it.each(['launcher is killed', 'launcher is left alone'])('ends by itself where its %s', async (by) => {
    const port = await freePort()
    const started = launchNightdesk(['start', '--port', String(port), ...loaded])
    await readyAt(`http://127.0.0.1:${port}`, started)
    if (by === 'launcher is killed') started.kill('SIGKILL')
    else started.leaveAlone()
    // Its output stays open for as long as any process of it runs.
    const { err } = await started.ended
    expect(err).toContain('stopped')
  })

  it('ends with 0 in the middle of its first sync', async () => {
    const docs = await mkdtemp(join(folder, 'many-'))
    const page = (n: number) =>
      `# Page ${n}\n\nRestart service ${n} by hand and wait.\n\n## Then\n\nLook at page ${n}.\n`
    for (let n = 0; n < 2000; n++) await writeFile(join(docs, `page-${n}.md`), page(n))
    const port = await freePort()
    const data = ['--data-dir', join(folder, 'cut-off')]
    const started = launchNightdesk(['start', '--docs', docs, '--port', String(port), ...data])
    await respondingAt(`http://127.0.0.1:${port}`, started)
    started.kill('SIGTERM')
    const { code, out, err } = await started.ended
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).not.toContain('    at ')
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = z.object({ port: z.number() }).parse(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Polls until the probe says so; @throws when the process ended before. */
async function probed(url: string, { ended }: RunningNightdesk, suffices: (status: number) => boolean): Promise<void> {
  let left: string | undefined
  void ended.then(({ err }) => {
    left = err
  })
  while (left === undefined) {
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    )
    if (suffices(status)) return
    await setTimeout(20)
  }
  throw new Error(`it ended: ${left}`)
}

function readyAt(url: string, started: RunningNightdesk): Promise<void> {
  return probed(url, started, (status) => status === 200)
}

function respondingAt(url: string, started: RunningNightdesk): Promise<void> {
  return probed(url, started, (status) => status !== 0)
}
