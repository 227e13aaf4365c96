import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Debian's package redis-server; without it, tests that need one are skipped. */
export const hasRedisServer = isInstalled()

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write('Tests that need a Redis are skipped: redis-server is not installed\n')
    return false
  }
}

/** A real Redis of a test's own, on a socket in a temporary folder; nothing is written to the disk. */
export async function redisOnSocket(): Promise<{ url: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-redis-'))
  const socket = join(folder, 'redis.sock')
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder])
  for await (const line of server.stdout) if (String(line).includes('ready to accept connections')) break
  return {
    url: socket,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}
