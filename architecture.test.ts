import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  anyTypes,
  assertions,
  consoleCalls,
  exportedInterfaces,
  type Import,
  implementations,
  imports,
  type Token,
  tokens,
} from './architecture-scan.ts'

/** Who may import whom: whole folders, or single files by their name. `*` is every folder but `cli`, `eval`, `bench`, `drills`. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  cli: ['*', 'eval', 'bench', 'drills'],
  bench: ['*'],
  drills: ['*'],
  eval: ['retrieval', 'conversation', 'graph', 'freshness', 'knowledge', 'providers', 'runtime'],
  web: ['voice-bot/protocol.ts'],
  'slack-bot': ['conversation', 'retrieval/answering.ts', 'freshness', 'knowledge', 'runtime'],
  'voice-bot': ['conversation', 'retrieval/answering.ts', 'knowledge', 'providers', 'runtime'],
  conversation: ['retrieval/answering.ts', 'graph/vocabulary.ts', 'knowledge', 'providers', 'runtime'],
  retrieval: ['graph', 'freshness', 'knowledge', 'providers', 'runtime'],
  freshness: ['graph', 'knowledge', 'providers', 'runtime'],
  ingest: ['graph', 'freshness', 'knowledge', 'providers', 'runtime'],
  graph: ['knowledge', 'providers', 'runtime'],
  server: ['knowledge', 'runtime'],
  knowledge: ['runtime'],
  providers: ['runtime'],
  runtime: [],
  samples: [],
  bin: [],
}
const notInStar = new Set(['cli', 'eval', 'bench', 'drills'])

/** A package belongs to whoever speaks to what is behind it. A name ending in a slash takes in its whole scope. */
const packages: Readonly<Record<string, readonly string[] | 'anywhere' | 'tests'>> = {
  '@cartesia/': ['providers/text-to-speech/cartesia'],
  '@deepgram/': ['providers/speech-to-text/deepgram'],
  '@hono/': ['server'],
  '@huggingface/': ['providers/embedder/transformers'],
  '@langchain/': ['providers'],
  '@notionhq/': ['ingest/notion'],
  '@octokit/': ['ingest/github'],
  '@openai/': 'tests',
  '@opentelemetry/': ['runtime/telemetry'],
  '@qdrant/': ['knowledge/qdrant'],
  '@types/': [],
  '@roamhq/': ['voice-bot/webrtc', 'bench'],
  '@slack/': ['slack-bot'],
  bullmq: ['ingest/queue/bullmq'],
  chardet: ['ingest/parsing'],
  'cli-progress': ['cli'],
  cockatiel: ['providers', 'runtime'],
  commander: ['cli'],
  'fast-check': 'tests',
  graphql: 'tests',
  hono: ['server'],
  'markdown-it': ['ingest/parsing'],
  ioredis: ['ingest/queue/bullmq', 'providers/board/redis', 'server/limits'],
  'node:sqlite': [
    'knowledge/sqlite',
    'freshness/sqlite',
    'graph/sqlite',
    'providers/board/sqlite',
    'providers/embedder/sqlite-cache',
    'ingest/queue/sqlite',
  ],
  openai: 'tests',
  'p-queue': ['ingest', 'providers'],
  parse5: ['ingest/parsing'],
  pg: ['knowledge/postgres', 'freshness/postgres', 'graph/postgres'],
  picomatch: ['ingest', 'freshness'],
  pino: ['runtime/log.ts'],
  'playwright-core': 'tests',
  'prom-client': ['server'],
  'rate-limiter-flexible': ['server/limits'],
  stemmer: ['knowledge/terms', 'retrieval/query'],
  vitest: 'tests',
  wabt: ['bench', 'providers/embedder', 'knowledge/sqlite', 'bin'],
  ws: ['providers', 'voice-bot', 'server', 'bench'],
  yaml: ['ingest', 'runtime/config'],
  zod: 'anywhere',
}

/** Interfaces that a class implements and that need no contract, each with the reason. */
const portsWithoutContract: Readonly<Record<string, string>> = {
  AsyncDisposable: "the language's own",
  Disposable: "the language's own",
}

const root = import.meta.dirname

interface SourceFile {
  path: string
  room: string
  code: readonly Token[]
  imports: readonly Import[]
}

const files: readonly SourceFile[] = sourcePaths('').map((path) => {
  const code = tokens(readFileSync(join(root, path), 'utf8'))
  return { path, room: path.includes('/') ? (path.split('/')[0] ?? '') : '', code, imports: imports(code) }
})
const roomFiles = files.filter(({ room }) => room !== '')
const work = roomFiles.filter(({ path }) => !isForTests(path))

describe('the picture', () => {
  it('has every folder that holds code', () => {
    expect([...new Set(roomFiles.map(({ room }) => room))].filter((room) => arrows[room] === undefined)).toEqual([])
  })

  it('allows every import between rooms', () => {
    const wrong = roomFiles.flatMap((file) =>
      inside(file).flatMap(({ target, line }) =>
        mayImport(file.room, target) ? [] : [`${file.path}:${line} may not import ${target}`],
      ),
    )
    expect(wrong).toEqual([])
  })

  it.each([
    ['retrieval', 'ingest/source.ts', false],
    ['retrieval', 'graph/walks.ts', true],
    ['conversation', 'retrieval/answering.ts', true],
    ['conversation', 'retrieval/search.ts', false],
    ['ingest', 'retrieval/answering.ts', false],
    ['cli', 'eval/run.ts', true],
    ['bench', 'cli/compose.ts', false],
    ['web', 'knowledge/answer.ts', false],
    ['runtime', 'runtime/log.ts', true],
  ])('lets %s import %s: %s', (room, target, allowed) => {
    expect(mayImport(room, target)).toBe(allowed)
  })

  it('has no cycle between files', () => {
    expect(cycle(new Map(files.map((file) => [file.path, inside(file).map(({ target }) => target)])))).toBeUndefined()
  })

  it('would show a cycle', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] }
    expect(cycle(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'b'])
    expect(cycle(new Map(Object.entries({ ...graph, d: ['c'] })))).toBeUndefined()
  })
})

describe('imports', () => {
  it('name a file that is there, in another room by #room, in our own folder by ./', () => {
    const wrong = roomFiles.flatMap((file) =>
      file.imports.flatMap(({ specifier, line }) => {
        const fault = faultOf(file, specifier)
        return fault === undefined ? [] : [`${file.path}:${line} ${specifier}: ${fault}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  it('reach contracts and fakes from tests only', () => {
    const wrong = work.flatMap((file) =>
      inside(file).flatMap(({ target, line }) =>
        isForTests(target) ? [`${file.path}:${line} imports ${target}`] : [],
      ),
    )
    expect(wrong).toEqual([])
  })

  it('take a package only where it belongs', () => {
    const wrong = files.flatMap((file) =>
      file.imports.flatMap(({ specifier, line }) =>
        isPackage(specifier) && file.room !== '' && !mayTake(file.path, specifier)
          ? [`${file.path}:${line} takes ${specifier}`]
          : [],
      ),
    )
    expect(wrong).toEqual([])
  })

  it('take packages that package.json names', () => {
    const Dependencies = z.record(z.string(), z.string())
    const read = z
      .object({ dependencies: Dependencies, devDependencies: Dependencies })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    const needed = (file: SourceFile) =>
      isForTests(file.path) ? { ...read.dependencies, ...read.devDependencies } : read.dependencies
    const wrong = roomFiles.flatMap((file) =>
      file.imports.flatMap(({ specifier, line, typeOnly }) => {
        if (!isPackage(specifier) || specifier.startsWith('node:') || typeOnly) return []
        return needed(file)[packageOf(specifier)] === undefined ? [`${file.path}:${line} takes ${specifier}`] : []
      }),
    )
    expect(wrong).toEqual([])
  })

  it('reach adapters only from inside their room, from tests and benchmarks, and from where everything is put together', () => {
    const folders = adapterFolders()
    const wrong = work
      .filter(({ path, room }) => room !== 'bench' && !/^cli\/compose(?:\.ts|\/)/.test(path))
      .flatMap((file) =>
        inside(file).flatMap(({ target, line, typeOnly }) => {
          const reaches = !typeOnly && folders.some((folder) => target.startsWith(`${folder}/`))
          return reaches && !target.startsWith(`${file.room}/`) ? [`${file.path}:${line} imports ${target}`] : []
        }),
      )
    expect(wrong).toEqual([])
    expect(folders).toContain('knowledge/memory')
  })
})

describe('ports', () => {
  const owners = new Map(
    work.flatMap(({ path, code }) => exportedInterfaces(code).map((name) => [name, path] as const)),
  )
  const adapters = work.flatMap((file) =>
    implementations(file.code).flatMap(({ className, ports }) =>
      ports.filter((port) => portsWithoutContract[port] === undefined).map((port) => ({ file, className, port })),
    ),
  )

  it('are implemented somewhere', () => {
    expect(adapters.map(({ port }) => port)).toContain('PassageIndex')
  })

  it('each have a contract, which the tests of all their adapters run', () => {
    const wrong = adapters.flatMap(({ file, className, port }) => {
      const contract = owners.get(port)?.replace(/\.ts$/, '.contract.ts') ?? `${port} (unknown)`
      if (!existsSync(join(root, contract))) return [`${port}, which ${className} implements, has no ${contract}`]
      const runs = files.some(
        ({ path, ...test }) =>
          path.endsWith('.test.ts') &&
          dirname(path) === dirname(file.path) &&
          inside({ path, ...test }).some(({ target }) => target === contract),
      )
      return runs ? [] : [`no test in ${dirname(file.path)} runs ${contract} for ${className}`]
    })
    expect(wrong).toEqual([])
  })
})

describe('files', () => {
  it('are named in kebab-case, and none is an index', () => {
    const wrong = files.filter(
      ({ path }) =>
        !/^(?:[a-z0-9-]+\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)?\.ts$/.test(path) || basename(path) === 'index.ts',
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('have no name that says nothing', () => {
    const vague = /^(?:utils?|misc|common|manager|service|data|info|helpers?)$/
    expect(
      files
        .filter(({ path }) =>
          path
            .replace(/\..*$/, '')
            .split('/')
            .some((part) => vague.test(part)),
        )
        .map(({ path }) => path),
    ).toEqual([])
  })

  it('write to no console', () => {
    expect(lines(roomFiles, consoleCalls)).toEqual([])
  })

  it('say any nowhere', () => {
    expect(lines(roomFiles, anyTypes)).toEqual([])
  })

  it('assert no type outside tests, but parse or narrow instead', () => {
    expect(lines(work, assertions)).toEqual([])
  })
})

function sourcePaths(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.name === 'node_modules' || entry.name.startsWith('.') || path === 'bench/peers') return []
    if (entry.isDirectory()) return sourcePaths(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function isForTests(path: string): boolean {
  return /\.(?:test|contract|fake)\.ts$/.test(path)
}

function isPackage(specifier: string): boolean {
  return !/^[.#/]/.test(specifier)
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Imports of our own files, each with the path it leads to. */
function inside(file: Pick<SourceFile, 'path' | 'imports'>): (Import & { target: string })[] {
  return file.imports.flatMap((each) => {
    if (isPackage(each.specifier)) return []
    return [{ ...each, target: targetOf(file.path, each.specifier) }]
  })
}

function targetOf(from: string, specifier: string): string {
  return specifier.startsWith('#') ? specifier.slice(1) : join(dirname(from), specifier)
}

function mayImport(room: string, target: string): boolean {
  const [targetRoom = ''] = target.split('/')
  if (targetRoom === room) return true
  return (arrows[room] ?? []).some(
    (allowed) => allowed === targetRoom || allowed === target || (allowed === '*' && !notInStar.has(targetRoom)),
  )
}

function faultOf(file: SourceFile, specifier: string): string | undefined {
  if (isPackage(specifier)) return undefined
  const target = targetOf(file.path, specifier)
  const room = target.split('/')[0]
  if (specifier.startsWith('#') && target.startsWith(`${dirname(file.path)}/`)) return 'this is our own folder, say ./'
  if (!specifier.startsWith('#') && room !== file.room) return `out of ${file.room}/, say #`
  return existsSync(join(root, target)) ? undefined : 'is not there'
}

function mayTake(path: string, specifier: string): boolean {
  const name = packageOf(specifier)
  const where = packages[specifier] ?? packages[name] ?? packages[`${name.split('/')[0]}/`]
  if (where === undefined) return name.startsWith('node:')
  if (where === 'anywhere' || isForTests(path)) return true
  return where !== 'tests' && where.some((place) => path === place || path.startsWith(`${place}/`))
}

/** Folders below a room with a class that implements a port of ours from outside that folder. */
function adapterFolders(): string[] {
  const ports = new Map(work.flatMap(({ path, code }) => exportedInterfaces(code).map((name) => [name, path] as const)))
  const folders = work.flatMap(({ path, code }) => {
    const folder = dirname(path)
    const implementsPort = implementations(code).some((each) =>
      each.ports.some((port) => ports.has(port) && dirname(ports.get(port) ?? '') !== folder),
    )
    return folder.includes('/') && implementsPort ? [folder] : []
  })
  return [...new Set(folders)]
}

function lines(among: readonly SourceFile[], find: (code: readonly Token[]) => number[]): string[] {
  return among.flatMap(({ path, code }) => find(code).map((line) => `${path}:${line}`))
}

/** The first cycle there is, its first file again at the end. */
function cycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const trail: string[] = []
  const walk = (file: string): string[] | undefined => {
    const at = trail.indexOf(file)
    if (at >= 0) return [...trail.slice(at), file]
    if (done.has(file)) return undefined
    trail.push(file)
    for (const target of graph.get(file) ?? []) {
      const found = walk(target)
      if (found !== undefined) return found
    }
    trail.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const found = walk(file)
    if (found !== undefined) return found
  }
  return undefined
}
