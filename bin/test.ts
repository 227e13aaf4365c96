/**
 * `npm test [VITEST ARGUMENTS]`: brings the programs that some suites drive, runs vitest, and ends with the line
 * `N passed, N failed, N skipped`. Exits as vitest does.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'

interface Program {
  command: string
  debianPackage: string
  /** What is left out without it. */
  suites: string
}

const programs: readonly Program[] = [
  { command: 'git', debianPackage: 'git', suites: 'the suites that read dates and owners from git' },
  { command: 'chromium', debianPackage: 'chromium', suites: 'the end-to-end suites in a browser' },
  { command: 'redis-server', debianPackage: 'redis-server', suites: 'the suites of the BullMQ queue' },
  { command: 'pg_ctlcluster', debianPackage: 'postgresql', suites: 'the suites of the PostgreSQL store' },
  { command: 'espeak-ng', debianPackage: 'espeak-ng', suites: 'the suites of local speech' },
  { command: 'sox', debianPackage: 'sox', suites: 'the suites that mix noise into speech' },
]

/** Longer than any mirror takes that works at all. */
const installTimeoutMs = 10 * 60_000

async function main(args: readonly string[]): Promise<number> {
  const missing = programs.filter(({ command }) => !isOnPath(command))
  if (missing.length > 0) await install(missing)
  for (const { command, suites } of programs.filter((program) => !isOnPath(program.command))) {
    say(`Left out, because ${command} is not on this machine: ${suites}.`)
  }
  return runVitest(args)
}

async function install(missing: readonly Program[]): Promise<void> {
  const names = missing.map(({ debianPackage }) => debianPackage)
  const obstacle = obstacleToInstalling()
  if (obstacle !== undefined) {
    say(`Not installing ${names.join(' and ')}: ${obstacle}.`)
    return
  }
  const quietly = { DEBIAN_FRONTEND: 'noninteractive' }
  say(`Installing ${names.join(' and ')} by apt-get; this may take a few minutes …`)
  const updated = await run('apt-get', ['-qq', 'update'], quietly, installTimeoutMs)
  const code =
    updated === 0
      ? await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...names], quietly, installTimeoutMs)
      : updated
  say(
    code === 0
      ? `Installed ${names.join(' and ')}.`
      : `apt-get could not install ${names.join(' and ')} (exit ${code}).`,
  )
}

function obstacleToInstalling(): string | undefined {
  if (!existsSync('/etc/debian_version') || !isOnPath('apt-get')) return 'there is no apt-get of Debian on this machine'
  return process.getuid?.() === 0 ? undefined : 'only root may; install them by hand to run everything'
}

async function runVitest(args: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-tests-'))
  const results = join(folder, 'results.json')
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  try {
    const code = await run(process.execPath, [vitest, 'run', ...reporters, ...args])
    say(closingLine(existsSync(results) ? readFileSync(results, 'utf8') : '{}', code))
    return code
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const Results = z.object({
  numPassedTests: z.number().default(0),
  numFailedTests: z.number().default(0),
  numPendingTests: z.number().default(0),
  numTodoTests: z.number().default(0),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({})) })).default([]),
})

/** A file that could not even be loaded counts as one failure, and so does whatever else made vitest fail. */
function closingLine(json: string, code: number): string {
  const results = Results.parse(JSON.parse(json))
  const unloaded = results.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  const failed = results.numFailedTests + unloaded.length
  const skipped = results.numPendingTests + results.numTodoTests
  return `${results.numPassedTests} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed, ${skipped} skipped`
}

/** Resolves with the exit status; a signal counts as 1, and a program that cannot be started as 127. */
function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  timeoutMs = 0,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
      timeout: timeoutMs,
    })
    const passOn = (signal: NodeJS.Signals) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, passOn)
    const end = (code: number) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn)
      resolve(code)
    }
    child.on('error', () => end(127))
    child.on('exit', (code) => end(code ?? 1))
  })
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await main(process.argv.slice(2))
