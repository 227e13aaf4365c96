import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nightdesk } from './nightdesk-process.fake.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightdesk-audiences-'))
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs/vault.md'), '# Vault\n\nUnseal the vault with three keys.\n')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function configured(audience: string): Promise<string[]> {
  const file = join(folder, 'nightdesk.yaml')
  const source = `{ id: vault, type: files, path: ./docs, audience: [${audience}] }`
  await writeFile(file, `sources: [${source}]\nprincipals: [{ name: bob, audiences: [dev] }]\n`)
  return ['--config', file, '--data-dir', join(folder, 'data')]
}

it('hides a source from whom the configuration no longer lets see it, before anything is synced again', async () => {
  const search = ['search', 'unseal the vault', '--principal', 'bob', '--json']
  const open = await configured('')
  expect(await nightdesk(['ingest', ...open])).toMatchObject({ code: 0 })
  expect((await nightdesk([...search, ...open])).out).toContain('three keys')
  expect((await nightdesk([...search, ...(await configured('sre'))])).out).not.toContain('three keys')
})
