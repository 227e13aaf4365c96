import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const launcher = join(import.meta.dirname, '../bin/nightdesk')

export interface Ended {
  code: number | null
  out: string
  err: string
}

export interface RunningNightdesk {
  ended: Promise<Ended>
  kill: (signal: NodeJS.Signals) => void
}

/** Not a fake of ours but the command itself, started as a shell would, with only these variables beside PATH and HOME. */
export function launchNightdesk(args: readonly string[], { env = {} }: { env?: Record<string, string> } = {}) {
  return launch(process.execPath, [launcher, ...args], { cwd: '/', env })
}

/** As `npm start -- ARGUMENTS` does it. */
export function npmStart(args: readonly string[]): RunningNightdesk {
  return launch('npm', ['start', '--', ...args], { cwd: join(import.meta.dirname, '..'), env: {} })
}

function launch(
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): RunningNightdesk {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, { cwd, env: { PATH, HOME, ...env } })
  child.stdin.end()
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)])
  return {
    ended: ended.then(([left, out, err]) => ({ code: left, out, err })),
    kill: (signal) => void child.kill(signal),
  }
}

export function nightdesk(args: readonly string[], how?: Parameters<typeof launchNightdesk>[1]): Promise<Ended> {
  return launchNightdesk(args, how).ended
}
