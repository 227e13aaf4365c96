import { describe } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { type SourceHarness, sourceContract } from '../source.contract.ts'
import { FakeGithub } from './github.fake.ts'
import { githubSource } from './github-source.ts'

const token = 'ghp_contract'

async function begin(): Promise<SourceHarness> {
  const github = await FakeGithub.start({ token, isPrivate: true })
  const shaOf = async (path: string) => {
    const entries = (await github.repository.tree('HEAD', true)) ?? []
    return entries.find((entry) => entry.path === path)?.sha ?? ''
  }
  return {
    async open(settings = {}) {
      return githubSource({
        id: 'runbooks',
        owner: github.owner,
        repo: github.repo,
        labels: [],
        audience: settings.audience ?? [],
        token,
        apiUrl: github.apiUrl,
        log: silentLog,
        sleep: async () => undefined,
      })
    },
    async write(path, content, at) {
      await github.repository.commit({ [path]: content }, { at })
    },
    async remove(path) {
      await github.repository.commit({ [path]: null })
    },
    async rename(from, to) {
      const content = await github.repository.blob(await shaOf(from))
      await github.repository.commit({ [from]: null, [to]: content ?? '' }, { at: new Date('2026-01-01T00:00:00Z') })
    },
    async takeAway() {
      github.takeAway()
    },
    async breakEntry(path) {
      github.brokenBlobs.add(await shaOf(path))
    },
    async mendEntry(path) {
      github.brokenBlobs.delete(await shaOf(path))
    },
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
    },
  }
}

describe('GithubSource', () => sourceContract(begin, { datesLines: true, readsCodeowners: true }))
