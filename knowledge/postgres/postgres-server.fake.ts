import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

/** Where initdb and postgres are: on the PATH, or where Debian puts each version; undefined when nowhere. */
export const postgresPrograms = [
  ...(process.env.PATH ?? '').split(delimiter),
  ...versionsIn('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin')),
].find((folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')))

const startsWithinMs = 30_000

/** Nothing has to survive the machine, only the processes; and a test needs few connections. */
const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60']

/** Not a fake of ours but PostgreSQL itself, on a free port, with a directory of its own that goes with it. */
export class PostgresServer implements AsyncDisposable {
  readonly url: string
  readonly #directory: string
  readonly #port: number
  #process: ChildProcess
  #schemas = 0
  readonly #killAtExit = () => this.#process.kill('SIGKILL')

  constructor({ directory, port }: { directory: string; port: number }) {
    this.#directory = directory
    this.#port = port
    this.url = `postgres://nightdesk@127.0.0.1:${port}/postgres`
    this.#process = this.#spawn()
    // When whoever started it fails without disposing of it.
    process.once('exit', this.#killAtExit)
  }

  /** An address under which nothing is stored yet. */
  async empty(): Promise<string> {
    const schema = `test_${++this.#schemas}`
    await this.run(`CREATE SCHEMA ${schema}`)
    return `${this.url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`
  }

  /** As nobody of ours would. */
  async run(sql: string, url = this.url): Promise<unknown[]> {
    const client = new Client({ connectionString: url })
    // A query that fails by it says so itself.
    client.on('error', () => undefined)
    await client.connect()
    try {
      const { rows } = await client.query(sql)
      return rows
    } finally {
      await client.end()
    }
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  /** Starts it where it isn't running, and waits until it answers. */
  async start(): Promise<void> {
    const until = performance.now() + startsWithinMs
    for (;;) {
      // The children of a killed server hold on to its memory for a moment, and nothing starts before they are gone.
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) this.#process = this.#spawn()
      try {
        await this.run('SELECT 1')
        return
      } catch (error) {
        if (performance.now() > until) throw error
        await pause(50)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killAtExit)
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  #spawn(): ChildProcess {
    const args = ['-D', this.#directory, '-p', String(this.#port), ...settings.flatMap((setting) => ['-c', setting])]
    return spawn(join(postgresPrograms ?? '', 'postgres'), args, { ...unprivileged(), cwd: '/', stdio: 'ignore' })
  }
}

export async function startPostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-postgres-'))
  const user = unprivileged()
  if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid)
  const args = ['-D', directory, '-U', 'nightdesk', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N']
  execFileSync(join(postgresPrograms ?? '', 'initdb'), args, { ...user, cwd: '/', stdio: 'ignore' })
  const server = new PostgresServer({ directory, port: await freePort() })
  await server.start()
  return server
}

/** PostgreSQL refuses to run as root; its Debian package brings a user for it. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
