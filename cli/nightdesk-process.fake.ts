import { type StdioOptions, spawn } from 'node:child_process'
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
  /** Kills it with all that it started. */
  killAll: () => void
  /** As if whoever launched it were gone. */
  leaveAlone: () => void
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
  // By the channel it ends with these tests, however they end.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc']
  const child = spawn(command, args, { cwd, env: { PATH, HOME, ...env }, stdio, detached: true })
  const { pid, stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('it has no output')
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const ended = Promise.all([code, text(stdout), text(stderr)])
  return {
    ended: ended.then(([left, out, err]) => ({ code: left, out, err })),
    kill: (signal) => void child.kill(signal),
    killAll: () => {
      if (pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
    },
    leaveAlone: () => child.disconnect(),
  }
}

export function nightdesk(args: readonly string[], how?: Parameters<typeof launchNightdesk>[1]): Promise<Ended> {
  return launchNightdesk(args, how).ended
}
