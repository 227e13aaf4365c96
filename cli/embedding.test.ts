import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fakeHub } from '#providers/embedder/hub.fake.ts'
import { fakeEmbeddings } from '#providers/embedder/openai-compatible/openai-embeddings.fake.ts'
import { tinyModelFiles } from '#providers/embedder/transformers/tiny-model.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

let folder = ''
let docs = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-embedding-'))
  docs = await mkdtemp(join(tmpdir(), 'nightdesk-embedding-docs-'))
  await writeFile(join(docs, 'redis.md'), '# Redis\n\nFail over by hand: run `redis-cli failover` on the primary.\n')
  await writeFile(join(docs, 'disk.md'), '# Disks\n\nDelete old journals when the disk is full.\n')
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(docs, { recursive: true, force: true })
})

/** Several processes one after the other, on a machine that may be busy. Milliseconds. */
const slow = 120_000

const Found = z.object({ results: z.array(z.object({ document: z.object({ title: z.string() }) })) })
const Findings = z.object({
  findings: z.array(z.object({ check: z.string(), state: z.string(), message: z.string() })),
})

describe('an embedding service', () => {
  it(
    'is asked for each passage once, and is missed by nobody but the next new text',
    async () => {
      const fake = await fakeEmbeddings()
      const args = ['--data-dir', join(folder, 'service'), '--json']
      const env = { EMBEDDING_MODEL: 'tiny', EMBEDDING_BASE_URL: fake.url, EMBEDDING_API_KEY: 'key-for-tests' }
      const texts = () => fake.requests.flatMap(({ input }) => input)
      expect((await nightdesk(['ingest', `files:${docs}`, ...args], { env })).code).toBe(0)
      expect(texts()).toHaveLength(2)
      expect((await nightdesk(['ingest', `files:${docs}`, '--full', ...args], { env })).code).toBe(0)
      expect(texts()).toHaveLength(2)
      expect(new Set(fake.authorizations)).toEqual(new Set(['Bearer key-for-tests']))
      const doctor = Findings.parse(JSON.parse((await nightdesk(['doctor', ...args], { env })).out))
      expect(doctor.findings).toContainEqual(
        expect.objectContaining({ check: 'embedder', state: 'ok', message: 'openai-compatible/tiny, 24 dimensions' }),
      )
      await fake[Symbol.asyncDispose]()
      const { code, out } = await nightdesk(['search', 'fail over redis', ...args], { env })
      expect(code).toBe(0)
      expect(Found.parse(JSON.parse(out)).results[0]?.document.title).toBe('Redis')
    },
    slow,
  )

  it('that needs a key says so before anything is touched', async () => {
    const { code, err } = await nightdesk(['search', 'redis', '--data-dir', join(folder, 'none')], {
      env: { EMBEDDING_MODEL: 'text-embedding-3-small' },
    })
    expect(code).toBe(2)
    expect(err).toContain('EMBEDDING_API_KEY')
  })
})

describe('a local model', () => {
  it(
    'is missed with the command that gets it, downloaded by that alone, and then used',
    async () => {
      await using hub = await fakeHub({ name: 'acme/tiny', files: tinyModelFiles() })
      const args = ['--data-dir', join(folder, 'local')]
      const env = { EMBEDDING_MODEL: 'local:acme/tiny', HF_ENDPOINT: hub.url }
      const missed = await nightdesk(['search', 'redis', ...args], { env })
      expect([missed.code, hub.requests]).toEqual([2, []])
      expect(missed.err).toContain('nightdesk models pull acme/tiny')

      const pulled = await nightdesk(['models', 'pull', 'acme/tiny', ...args], { env })
      expect([pulled.code, pulled.err]).toEqual([0, expect.stringContaining('acme/tiny: onnx/model.onnx')])
      const listed = await nightdesk(['models', 'list', ...args, '--json'], { env })
      expect(JSON.parse(listed.out)).toEqual({
        models: [
          { name: 'ops-embed', state: 'shipped', setting: 'local:ops-embed', in_use: false },
          { name: 'acme/tiny', state: 'ready', setting: 'local:acme/tiny', in_use: true },
        ],
      })
      const before = hub.requests.length
      expect((await nightdesk(['ingest', `files:${docs}`, ...args], { env })).code).toBe(0)
      const { out } = await nightdesk(['search', 'full disk', ...args, '--json'], { env })
      expect(Found.parse(JSON.parse(out)).results[0]?.document.title).toBe('Disks')
      expect(hub.requests).toHaveLength(before)
    },
    slow,
  )

  it('that is not on the hub is said not to be', async () => {
    await using hub = await fakeHub({ name: 'acme/tiny', files: tinyModelFiles() })
    const { code, err } = await nightdesk(['models', 'pull', 'acme/other', '--data-dir', join(folder, 'other')], {
      env: { HF_ENDPOINT: hub.url },
    })
    expect(code).toBe(1)
    expect(err).toContain('no such model')
  })
})
