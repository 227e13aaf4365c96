import { execFile } from 'node:child_process'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Chance, chance } from '../chance.ts'

const execute = promisify(execFile)

/** Pages at the beginning; later there are about as many. */
const pagesAtFirst = 80

/** A git work tree whose pages are edited, the same way for the same seed. */
export interface Edits {
  /** Paths of the pages that there are. */
  readonly paths: readonly string[]
  readonly commits: number
  /** Edits, adds, deletes and renames some pages and commits it. @returns The paths concerned. */
  next(): Promise<string[]>
}

export async function startEdits(folder: string, seed: number): Promise<Edits> {
  const random = chance(seed)
  const pages = new Map<string, string[]>()
  let commits = 0
  let made = 0

  const write = async (path: string, sections: string[]) => {
    pages.set(path, sections)
    const text = [`# ${path}`, ...sections].join('\n\n')
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), `${text}\n`)
  }
  const remove = async (path: string) => {
    pages.delete(path)
    await rm(join(folder, path))
  }
  const newPath = () => `${random.oneOf(['db', 'net', 'web/edge', 'web'])}/${random.word()}-${made++}.md`
  const add = async () => {
    const path = newPath()
    await write(
      path,
      Array.from({ length: 2 + random.below(5) }, () => section(random)),
    )
    return [path]
  }
  const edit = async (path: string) => {
    const sections = pages.get(path) ?? []
    const at = random.below(sections.length + 1)
    // Replaces one, or adds one at the end.
    await write(path, sections.toSpliced(at, 1, section(random)).slice(-8))
    return [path]
  }
  const move = async (path: string) => {
    const to = newPath()
    const sections = pages.get(path) ?? []
    await mkdir(dirname(join(folder, to)), { recursive: true })
    await rename(join(folder, path), join(folder, to))
    pages.delete(path)
    pages.set(to, sections)
    return [path, to]
  }
  const change = async () => {
    const kind = random.unit()
    if (pages.size < pagesAtFirst / 2 || kind < 0.1) return await add()
    const path = random.oneOf([...pages.keys()].toSorted())
    if (kind < 0.2) {
      await remove(path)
      return [path]
    }
    return kind < 0.27 ? await move(path) : await edit(path)
  }
  const commit = async () => {
    commits++
    await git(folder, ['add', '--all'])
    await git(folder, ['commit', '--quiet', '--allow-empty', '--message', `edit ${commits}`])
  }

  await mkdir(folder, { recursive: true })
  await git(folder, ['init', '--quiet', '--initial-branch', 'main'])
  for (let n = 0; n < pagesAtFirst; n++) await add()
  await commit()
  return {
    get paths() {
      return [...pages.keys()]
    },
    get commits() {
      return commits
    },
    async next() {
      const touched: string[] = []
      const changes = 1 + random.below(5)
      for (let n = 0; n < changes; n++) touched.push(...(await change()))
      await commit()
      return [...new Set(touched)]
    },
  }
}

function section(random: Chance): string {
  const words = (count: number) => Array.from({ length: count }, () => random.word()).join(' ')
  const heading = `## ${words(2)}`
  const steps = Array.from({ length: 1 + random.below(4) }, (_, at) => `${at + 1}. Run \`${words(2)}\` on ${words(1)}.`)
  return [heading, `${words(20 + random.below(40))}.`, steps.join('\n')].join('\n\n')
}

const lockedTries = 20
const lockedPauseMs = 100

/** A worker that was killed while it looked at the work tree may have left git at it for a moment. */
async function git(folder: string, args: readonly string[]): Promise<void> {
  const person = ['-c', 'user.name=Alex', '-c', 'user.email=alex@acme.example', '-c', 'gc.auto=0']
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' }
  for (let left = lockedTries; ; left--) {
    try {
      await execute('git', ['-C', folder, ...person, ...args], { env })
      return
    } catch (error) {
      if (left === 0 || !String(error).includes('index.lock')) throw error
      await setTimeout(lockedPauseMs)
    }
  }
}
