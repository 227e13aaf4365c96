import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FakeGithub } from '#ingest/github/github.fake.ts'
import { nightdesk } from './nightdesk-process.fake.ts'

it('doctor tells which repository the token does not show', async () => {
  await using github = await FakeGithub.start({ token: 'ghp_test', isPrivate: true })
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-doctor-'))
  try {
    const config = join(folder, 'nightdesk.yaml')
    const sources = [github.fullName, 'acme/nowhere'].map((repo, n) => `{ id: s${n}, type: github, repo: ${repo} }`)
    await writeFile(config, `sources: [${sources.join(', ')}]\n`)
    const env = { GITHUB_TOKEN: 'ghp_test', GITHUB_API_URL: github.apiUrl }
    const { code, out } = await nightdesk(['doctor', '--config', config, '--data-dir', join(folder, 'data')], { env })
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`ok +github ${github.fullName}:`))
    expect(out).toMatch(/FAULT github acme\/nowhere: .* 404 → Check `repo`/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
