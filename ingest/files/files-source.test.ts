import { chmod, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { type SourceHarness, sourceContract } from '../source.contract.ts'
import { filesSource } from './files-source.ts'

async function folderHarness(): Promise<SourceHarness> {
  const parent = await mkdtemp(join(tmpdir(), 'nightdesk-files-'))
  const path = join(parent, 'docs')
  await mkdir(path)
  return {
    open: async (settings) =>
      filesSource({ id: 'local', path, audience: [], clock: systemClock, log: silentLog, ...settings }),
    async write(name, content, at) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), content)
      if (at !== undefined) await utimes(join(path, name), at, at)
    },
    remove: (name) => rm(join(path, name)),
    async rename(from, to) {
      await mkdir(dirname(join(path, to)), { recursive: true })
      await rename(join(path, from), join(path, to))
    },
    // Root may read everything, so nothing can be made unreadable for it.
    ...(process.getuid?.() === 0
      ? {}
      : {
          breakEntry: (name: string) => chmod(join(path, name), 0),
          mendEntry: (name: string) => chmod(join(path, name), 0o644),
        }),
    takeAway: () => rename(path, join(parent, 'elsewhere')),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

describe('a folder of files', () => {
  sourceContract(folderHarness, { datesLines: false, readsCodeowners: true })
})
