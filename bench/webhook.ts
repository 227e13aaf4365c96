import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { type StandIns, startStandIns } from './stand-ins/stand-ins.ts'

export interface BenchWebhookOptions {
  /** Pushes, one after the other. */
  pushes: number
  /** Documents in the repository beside the one that is edited. */
  documents: number
  progress?: ((what: string) => void) | undefined
}

export interface BenchWebhookRow {
  name: string
  pushes: number
  p50Ms: number
  mostMs: number
}

const launcher = join(import.meta.dirname, '../bin/nightdesk')
const secret = 'of the benchmark'
const askEveryMs = 100
const givesUpAfterMs = 60_000

/**
 * Pushes to a stand-in for GitHub, tells `nightdesk start` by webhook, and asks until the answer says what was pushed.
 * @throws {Error} When an answer never does.
 */
export async function benchWebhook(options: BenchWebhookOptions, signal: AbortSignal): Promise<BenchWebhookRow[]> {
  const { pushes, documents, progress } = options
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  let process: ChildProcess | undefined
  try {
    await using standIns = await startStandIns(['github'])
    await standIns.ask('github', 'commit', { files: pagesOf(documents) })
    const repository = await standIns.askText('github', 'repository')
    await writeFile(
      join(directory, 'nightdesk.yaml'),
      JSON.stringify({ sources: [{ id: 'runbooks', type: 'github', repo: repository }] }),
    )
    process = await started(directory, standIns)
    const url = await urlOf(process)
    progress?.(`Nightdesk answers at ${url}`)
    const answered: number[] = []
    const accepted: number[] = []
    for (let push = 1; push <= pushes; push++) {
      const said = `4${push}71`
      await standIns.ask('github', 'commit', { files: { 'vault.md': vaultPage(said) } })
      const began = performance.now()
      await postPush(url, { repository, push }, signal)
      accepted.push(performance.now() - began)
      await untilAnswered(url, said, signal)
      answered.push(performance.now() - began)
    }
    return [
      { name: 'webhook accepted', pushes, ...spread(accepted) },
      { name: 'answer uses it', pushes, ...spread(answered) },
    ]
  } finally {
    if (process !== undefined) await ended(process)
    await rm(directory, { recursive: true, force: true })
  }
}

function vaultPage(code: string): string {
  return `# Backup vault\n\n## Opening the backup vault\n\nThe door code of the backup vault is ${code}.\n`
}

function pagesOf(documents: number): Record<string, string> {
  const page = (n: number) =>
    `# Pump ${n}\n\n## Restarting pump ${n}\n\nRun \`pumpctl restart --unit ${n}\` and wait ${n} seconds.\n`
  const pages = Array.from({ length: documents }, (_, n) => [`pumps/${n}.md`, page(n)])
  return { ...Object.fromEntries(pages), 'vault.md': vaultPage('not known yet') }
}

async function started(directory: string, standIns: StandIns): Promise<ChildProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    GITHUB_API_URL: await standIns.askText('github', 'url'),
    GITHUB_TOKEN: await standIns.askText('github', 'token'),
    GITHUB_WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'warn',
  }
  const where = ['--data-dir', join(directory, 'kept'), '--config', join(directory, 'nightdesk.yaml')]
  const args = [launcher, 'start', '--json', '--port', '0', ...where]
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
}

const Ready = z.object({ url: z.string() })

/** @throws {Error} When it ends instead. */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('nightdesk start has no output')
  let printed = ''
  for await (const line of createInterface({ input: stdout })) {
    printed += line
    const url = readyIn(printed)
    if (url !== undefined) return url
  }
  throw new Error(`nightdesk start ended: ${printed}`)
}

/** The document may take several lines. */
function readyIn(printed: string): string | undefined {
  try {
    return Ready.parse(JSON.parse(printed)).url
  } catch {
    return undefined
  }
}

async function postPush(
  url: string,
  { repository, push }: { repository: string; push: number },
  signal: AbortSignal,
): Promise<void> {
  const about = { ref: 'refs/heads/main', repository: { full_name: repository, default_branch: 'main' } }
  const body = JSON.stringify({ ...about, after: String(push).padStart(40, '0') })
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature-256': signature }
  const response = await fetch(`${url}/webhooks/github`, { method: 'POST', headers, body, signal })
  if (response.status !== 202) throw new Error(`the webhook was answered ${response.status}: ${await response.text()}`)
}

async function untilAnswered(url: string, said: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + givesUpAfterMs
  const body = JSON.stringify({ question: 'What is the door code of the backup vault?' })
  const headers = { 'content-type': 'application/json' }
  for (;;) {
    const response = await fetch(`${url}/v1/ask`, { method: 'POST', headers, body, signal })
    const answer = await response.text()
    if (response.ok && answer.includes(said)) return
    if (performance.now() > until) throw new Error(`no answer says ${said}; the last one: ${answer.slice(0, 300)}`)
    await setTimeout(askEveryMs, undefined, { signal })
  }
}

function spread(times: readonly number[]): { p50Ms: number; mostMs: number } {
  const sorted = times.toSorted((one, other) => one - other)
  return { p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0, mostMs: sorted.at(-1) ?? 0 }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
