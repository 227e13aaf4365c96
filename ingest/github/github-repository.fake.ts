import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a commit does to a path: new content, a link, a submodule's commit, or its removal. */
export type Change = string | Uint8Array | { link: string } | { submodule: string } | null

export interface CommitOptions {
  at?: Date | undefined
  branch?: string | undefined
  /** Another commit than the branch's last: the branch is moved, as by a force push. `null`: a commit without parents. */
  parent?: string | null | undefined
}

export interface FakeTreeEntry {
  path: string
  mode: string
  type: string
  sha: string
  size?: number
}

export interface FakeCommit {
  sha: string
  /** The author's. */
  date: Date
  tree: string
}

export interface FakeBlameRange {
  startingLine: number
  endingLine: number
  commit: { oid: string; authoredDate: string }
}

/** A real git repository in a temporary folder, so that trees, renames and blame are git's own. */
export class FakeRepository implements AsyncDisposable {
  readonly #folder: string
  /** What was committed, by SHA: a process for each blob would take most of a test's time. */
  readonly #blobs = new Map<string, Buffer>()
  readonly #commits = new Map<string, FakeCommit>()
  isEmpty = true

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async create(): Promise<FakeRepository> {
    const folder = await mkdtemp(join(tmpdir(), 'nightdesk-github-'))
    const repository = new FakeRepository(folder)
    await repository.#git(['init', '--quiet', '--bare', '--template=', '--initial-branch=main'])
    return repository
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** @returns The new commit's SHA. */
  async commit(changes: Readonly<Record<string, Change>>, options: CommitOptions = {}): Promise<string> {
    const { at = new Date('2025-01-01T00:00:00Z'), branch = 'main', parent } = options
    const from = parent === undefined ? await this.resolve(`refs/heads/${branch}`) : (parent ?? undefined)
    const written = Math.floor(at.getTime() / 1000)
    const person = 'Alex <alex@acme.example>'
    // Committed an hour later, as after a rebase.
    const people = `author ${person} ${written} +0000\ncommitter ${person} ${written + 3600} +0000`
    const ref = `refs/heads/${branch}`
    const head = `commit ${ref}\n${people}\ndata 4\nedit\n`
    const parts: Buffer[] = [
      Buffer.from(`${from === undefined ? `reset ${ref}\n` : ''}${head}${from ? `from ${from}\n` : ''}`),
    ]
    for (const [path, change] of Object.entries(changes)) {
      parts.push(...instructions(path, change))
      if (typeof change === 'string' || change instanceof Uint8Array) this.#keep(Buffer.from(change))
    }
    await this.#git(['fast-import', '--quiet', '--force'], Buffer.concat(parts))
    const sha = await this.resolve(ref)
    if (sha === undefined) throw new Error('fast-import made no commit')
    this.isEmpty = false
    return sha
  }

  async tag(name: string, commit: string): Promise<void> {
    await this.#git(['update-ref', `refs/tags/${name}`, commit])
  }

  /** The commit that a branch, tag, SHA or HEAD stands for. */
  async resolve(ref: string): Promise<string | undefined> {
    const found = await this.#try(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
    return found?.toString().trim()
  }

  async names(kind: 'heads' | 'tags'): Promise<string[]> {
    const printed = await this.#git(['for-each-ref', '--format=%(refname:strip=2)', `refs/${kind}`])
    return printed.toString().split('\n').filter(Boolean)
  }

  async commitOf(ref: string): Promise<FakeCommit | undefined> {
    const [last] = this.#commits.has(ref) ? [this.#commits.get(ref)] : await this.history(ref, undefined, 1)
    if (last?.sha === ref) this.#commits.set(ref, last)
    return last
  }

  async history(ref: string, path: string | undefined, limit: number): Promise<FakeCommit[]> {
    const args = ['log', `-n${limit}`, '--format=%H %at %T', ref, ...(path === undefined ? [] : ['--', path])]
    const printed = (await this.#try(args))?.toString() ?? ''
    return printed
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [sha = '', date = '', tree = ''] = line.split(' ')
        return { sha, date: new Date(Number(date) * 1000), tree }
      })
  }

  /** Undefined when there is no such tree or commit. */
  async tree(sha: string, recursive: boolean): Promise<FakeTreeEntry[] | undefined> {
    const printed = await this.#try(['ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), sha])
    return printed
      ?.toString()
      .split('\0')
      .filter(Boolean)
      .map((line) => {
        const tab = line.indexOf('\t')
        const [mode = '', type = '', entrySha = '', size = '-'] = line.slice(0, tab).split(/ +/)
        const entry = { path: line.slice(tab + 1), mode, type, sha: entrySha }
        return size === '-' ? entry : { ...entry, size: Number(size) }
      })
  }

  blob(sha: string): Buffer | undefined {
    return this.#blobs.get(sha)
  }

  #keep(content: Buffer): void {
    const sha = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
    this.#blobs.set(sha, content)
  }

  /** As GitHub compares: from the common ancestor, with renames found. */
  async compare(base: string, head: string) {
    const common = (await this.#try(['merge-base', base, head]))?.toString().trim()
    if (common === undefined) return undefined
    const count = async (range: string) => Number((await this.#git(['rev-list', '--count', range])).toString())
    const [ahead, behind] = [await count(`${base}..${head}`), await count(`${head}..${base}`)]
    const printed = (await this.#git(['diff', '--raw', '--no-abbrev', '-z', '-M', common, head])).toString()
    const fields = printed.split('\0')
    const files: { sha: string; filename: string; status: string; previous_filename?: string }[] = []
    for (let at = 0; at + 1 < fields.length; ) {
      const [, , , sha = '', letter = ''] = (fields[at] ?? '').split(' ')
      const [first = '', second = ''] = [fields[at + 1], fields[at + 2]]
      if (letter.startsWith('R')) {
        files.push({ sha, filename: second, status: 'renamed', previous_filename: first })
        at += 3
      } else {
        files.push({ sha, filename: first, status: statuses.get(letter) ?? 'changed' })
        at += 2
      }
    }
    return { ahead, behind, common, files }
  }

  /** Undefined when the path isn't in the commit. */
  async blame(commit: string, path: string): Promise<FakeBlameRange[] | undefined> {
    const printed = (await this.#try(['blame', '--porcelain', commit, '--', path]))?.toString()
    if (printed === undefined) return undefined
    const dates = new Map<string, string>()
    const lines: { line: number; oid: string }[] = []
    for (const text of printed.split('\n')) {
      const header = /^([0-9a-f]{40}) \d+ (\d+)/.exec(text)
      if (header) lines.push({ oid: header[1] ?? '', line: Number(header[2]) })
      const time = /^author-time (\d+)$/.exec(text)?.[1]
      if (time !== undefined) dates.set(lines.at(-1)?.oid ?? '', new Date(Number(time) * 1000).toISOString())
    }
    const ranges: FakeBlameRange[] = []
    for (const { line, oid } of lines) {
      const last = ranges.at(-1)
      if (last?.commit.oid === oid) last.endingLine = line
      else ranges.push({ startingLine: line, endingLine: line, commit: { oid, authoredDate: dates.get(oid) ?? '' } })
    }
    return ranges
  }

  async #try(args: readonly string[]): Promise<Buffer | undefined> {
    return this.#git(args).catch(() => undefined)
  }

  async #git(args: readonly string[], input?: Buffer): Promise<Buffer> {
    const settings = ['-c', 'core.quotePath=false', '-c', 'gc.auto=0']
    const child = spawn('git', ['-C', this.#folder, ...settings, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [output, complaint, code] = await Promise.all([
      collected(child.stdout),
      collected(child.stderr),
      new Promise<number | null>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', resolve)
      }),
    ])
    if (code !== 0) throw new Error(`git ${args[0]}: ${complaint.toString()}`)
    return output
  }
}

const statuses = new Map([
  ['A', 'added'],
  ['D', 'removed'],
  ['M', 'modified'],
])

function instructions(path: string, change: Change): Buffer[] {
  const name = `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  if (change === null) return [Buffer.from(`D ${name}\n`)]
  if (typeof change === 'object' && 'submodule' in change)
    return [Buffer.from(`M 160000 ${change.submodule} ${name}\n`)]
  const isLink = typeof change === 'object' && 'link' in change
  const content = Buffer.from(isLink ? change.link : change)
  const head = `M ${isLink ? '120000' : '100644'} inline ${name}\ndata ${content.length}\n`
  return [Buffer.from(head), content, Buffer.from('\n')]
}

async function collected(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream))
}
