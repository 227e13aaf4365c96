import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A Redis server of its own, on a free port and a temporary folder, every write on the disk at once. */
export interface RedisServer extends AsyncDisposable {
  url: string
  /** Without warning, as a machine that loses power. */
  kill(): Promise<void>
  /** With what it had written. */
  restart(): Promise<void>
}

/** Debian's package redis-server; without it, tests that need one are skipped. */
export const hasRedisServer = isInstalled('redis-server')

export async function redisServer(options: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-redis-'))
  const port = await freePort()
  let running = await begin(port, folder, options)
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      const ended = once(running, 'exit')
      running.kill('SIGKILL')
      await ended
    },
    async restart() {
      running = await begin(port, folder, options)
    },
    async [Symbol.asyncDispose]() {
      if (running.exitCode === null && running.signalCode === null) {
        const ended = once(running, 'exit')
        running.kill('SIGKILL')
        await ended
      }
      await rm(folder, { recursive: true })
    },
  }
}

async function begin(port: number, folder: string, options: readonly string[]): Promise<ChildProcess> {
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction']
  const server = spawn('redis-server', [...where, ...durable, ...options], { stdio: 'ignore' })
  while (!(await isListening(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`)
    await setTimeout(20)
  }
  return server
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
