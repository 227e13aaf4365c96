import { access, constants, mkdir } from 'node:fs/promises'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { systemClock } from '#runtime/clock.ts'
import { OpsError, reasonOf, userMessageOf } from '#runtime/errors.ts'
import { checkSlack } from '#slack-bot/check.ts'
import { openQueue, type RedisState, redisState } from '../compose/queue.ts'
import { installedTokens } from '../compose/slack.ts'
import { type Nightdesk, openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { type Output, styled, writeJson, writeLine } from '../output.ts'

interface Finding {
  check: string
  /** `off`: not configured, and that is fine. */
  state: 'ok' | 'off' | 'fault'
  message: string
  remedy?: string
}

const reachMs = 5000
/** A model on this machine may have to be loaded first. */
const embedMs = 20_000

/** One line a check; exits with 1 when any is at fault. Configuration was read before, so its faults ended with 2. */
export async function doctorCommand(invocation: Invocation): Promise<void> {
  const findings = [
    { check: 'configuration', state: 'ok', message: 'every variable and setting is valid' } as const,
    await checkNode(),
    await checkDataDir(invocation),
    ...(await checkStore(invocation)),
    ...(await checkQueue(invocation)),
    ...(await checkGithub(invocation)),
    await checkNotion(invocation),
    await checkLlm(invocation),
    ...(await checkFallbacks(invocation)),
    ...(await slackFindings(invocation)),
    checkPrincipals(invocation),
  ]
  if (invocation.output.json) writeJson(invocation.output, { findings })
  else for (const finding of findings) writeFinding(invocation.output, finding)
  if (findings.some(({ state }) => state === 'fault')) process.exitCode = 1
}

async function checkNode(): Promise<Finding> {
  return { check: 'node', state: 'ok', message: process.version }
}

async function checkDataDir({ config }: Invocation): Promise<Finding> {
  const check = 'data directory'
  try {
    await mkdir(config.dataDir, { recursive: true })
    await access(config.dataDir, constants.W_OK)
    return { check, state: 'ok', message: config.dataDir }
  } catch (error) {
    const remedy = 'Choose a folder that this user may write with --data-dir or NIGHTDESK_DATA_DIR.'
    return { check, state: 'fault', message: `${config.dataDir}: ${reasonOf(error)}`, remedy }
  }
}

async function checkStore(invocation: Invocation): Promise<Finding[]> {
  try {
    await using nightdesk = await openNightdesk(invocation)
    const counts = await nightdesk.store.documents.counts(invocation.signal)
    const stored = `${counts.documents} documents in ${counts.passages} passages`
    const findings: Finding[] = [
      { check: 'store', state: 'ok', message: `${nightdesk.engines}: ${stored}` },
      ...(await checkQdrant(nightdesk, counts.passages, invocation.signal)),
      await checkEmbedder(nightdesk.embedder, invocation.signal),
    ]
    for (const source of await nightdesk.store.documents.sources(invocation.signal))
      findings.push(await checkSource(invocation, nightdesk.store.documents, source))
    return findings
  } catch (error) {
    return [{ check: 'store', state: 'fault', message: reasonOf(error), remedy: userMessageOf(error) }]
  }
}

async function checkQdrant({ qdrant }: Nightdesk, passages: number, signal: AbortSignal): Promise<Finding[]> {
  const check = 'passage index'
  if (qdrant === undefined) return []
  try {
    const { host, version, ...status } = await qdrant.status(AbortSignal.any([signal, AbortSignal.timeout(reachMs)]))
    const message = `Qdrant ${version} at ${host}, ${status.collection}: ${status.passages} of ${passages} passages`
    if (status.isServing && status.passages === passages) return [{ check, state: 'ok', message }]
    const why = status.isServing ? '' : '; an earlier collection serves as yet'
    const remedy = 'Run `nightdesk repair`, or leave it to a running Nightdesk, which does so by itself.'
    return [{ check, state: 'fault', message: `${message}${why}`, remedy }]
  } catch (error) {
    signal.throwIfAborted()
    return [{ check, state: 'fault', message: reasonOf(error), remedy: userMessageOf(error) }]
  }
}

async function checkQueue({ config, log, signal }: Invocation): Promise<Finding[]> {
  const check = 'queue'
  const url = config.env.REDIS_URL
  try {
    const redis = url === undefined ? undefined : await redisState({ url, log })
    await using queue = await openQueue({ config, log })
    const counts = await queue.counts(signal)
    const sum = (what: 'waiting' | 'dead') => counts.reduce((all, each) => all + each[what], 0)
    const where = redis === undefined ? 'embedded SQLite' : `Redis ${redis.version} at ${new URL(redis.where).host}`
    const message = `${where}: ${sum('waiting')} documents waiting, ${sum('dead')} given up`
    const findings: Finding[] = [{ check, state: 'ok', message }]
    const faults = redis === undefined ? [] : redisFaults(redis, config.env.DATABASE_URL === undefined)
    for (const [fault, remedy] of faults) findings.push({ check, state: 'fault', message: fault, remedy })
    if (sum('dead') > 0)
      findings.push({
        check,
        state: 'fault',
        message: `${sum('dead')} documents could not be read`,
        remedy: 'nightdesk queue says why; nightdesk queue --retry has them tried again.',
      })
    return findings
  } catch (error) {
    signal.throwIfAborted()
    return [{ check, state: 'fault', message: reasonOf(error), remedy: userMessageOf(error) }]
  }
}

function redisFaults({ evictionPolicy }: RedisState, isStoreEmbedded: boolean): [fault: string, remedy: string][] {
  const faults: [string, string][] = []
  if (evictionPolicy !== 'noeviction')
    faults.push([
      `Redis may throw away what waits (maxmemory-policy ${evictionPolicy})`,
      'Set maxmemory-policy to noeviction in redis.conf, or CONFIG SET maxmemory-policy noeviction.',
    ])
  if (isStoreEmbedded)
    faults.push([
      'workers on other machines would each fill a store of their own',
      'Set DATABASE_URL as well, or run every worker on this machine with this data directory.',
    ])
  return faults
}

/** By embedding something: that finds a wrong key, a wrong model and damaged files alike. */
async function checkEmbedder(embedder: Embedder | undefined, signal: AbortSignal): Promise<Finding> {
  const check = 'embedder'
  if (embedder === undefined) return { check, state: 'off', message: 'EMBEDDING_MODEL=none: searching by words alone' }
  try {
    // A text that was never embedded before, so that no kept vector answers for the model.
    const text = `nightdesk doctor ${systemClock.now().toISOString()}`
    await embedder.embed([text], AbortSignal.any([signal, AbortSignal.timeout(embedMs)]))
    return { check, state: 'ok', message: `${embedder.id}, ${embedder.dimensions} dimensions` }
  } catch (error) {
    signal.throwIfAborted()
    const isOurs = error instanceof OpsError
    const remedy = isOurs ? error.userMessage : 'Check EMBEDDING_BASE_URL and the network.'
    return { check, state: 'fault', message: `${embedder.id}: ${reasonOf(error)}`, remedy }
  }
}

async function checkSource(
  { signal }: Invocation,
  documents: Awaited<ReturnType<typeof openNightdesk>>['store']['documents'],
  source: string,
): Promise<Finding> {
  const state = await documents.sourceState(source, signal)
  const check = `source ${source}`
  const failures = state?.failures ?? []
  const synced =
    state?.finishedAt === undefined ? 'never synced to the end' : `last synced ${state.finishedAt.toISOString()}`
  if (failures.length === 0) return { check, state: 'ok', message: synced }
  const named = failures.slice(0, 3).map(({ entry, reason }) => `${entry} (${reason})`)
  return {
    check,
    state: 'fault',
    message: `${synced}; ${failures.length} could not be read: ${named.join('; ')}`,
    remedy: 'Mend them at the source; each sync tries again.',
  }
}

async function checkGithub({ config, signal }: Invocation): Promise<Finding[]> {
  const check = 'github'
  const repos = config.settings.sources.flatMap((source) => (source.type === 'github' ? [source.repo] : []))
  const token = config.env.GITHUB_TOKEN
  if (repos.length === 0) return [{ check, state: 'off', message: 'no source of this type' }]
  const findings: Finding[] = []
  if (token === undefined) {
    findings.push({
      check,
      state: 'fault',
      message: 'GITHUB_TOKEN is not set',
      remedy:
        'Without a token GitHub allows 60 calls an hour and shows public repositories only. Set one that may read contents and issues.',
    })
  }
  const api = (config.env.GITHUB_API_URL ?? 'https://api.github.com').replace(/\/+$/, '')
  const remedy = 'Check `repo` in nightdesk.yaml, and that GITHUB_TOKEN is valid and may read its contents and issues.'
  for (const repo of new Set(repos)) {
    findings.push(await reach({ check: `github ${repo}`, url: `${api}/repos/${repo}`, token, remedy }, signal))
  }
  return findings
}

async function checkNotion({ config, signal }: Invocation): Promise<Finding> {
  const check = 'notion'
  const wanted = config.settings.sources.some((source) => source.type === 'notion')
  const { NOTION_TOKEN: token, NOTION_BASE_URL: base } = config.env
  if (!wanted && token === undefined) return { check, state: 'off', message: 'no source of this type' }
  const remedy =
    'Make an internal integration at notion.so/profile/integrations, share pages with it, and set NOTION_TOKEN to its secret.'
  if (token === undefined) return { check, state: 'fault', message: 'NOTION_TOKEN is not set', remedy }
  const url = `${(base ?? 'https://api.notion.com').replace(/\/+(?:v1\/*)?$/, '')}/v1/users/me`
  return await reach({ check, url, token, headers: { 'notion-version': '2025-09-03' }, remedy }, signal)
}

async function checkLlm({ config, signal }: Invocation): Promise<Finding> {
  const check = 'llm'
  const { OPENAI_API_KEY: token, OPENAI_BASE_URL: base, LLM_MODEL: model } = config.env
  if (token === undefined && base === undefined && model === undefined)
    return { check, state: 'off', message: 'no model configured: answers are quoted from the documents' }
  if (token === undefined && base === undefined) {
    const remedy = "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of one's own; until then it is not asked."
    return { check, state: 'fault', message: 'LLM_MODEL is set without a key or an address', remedy }
  }
  if (model === undefined)
    return { check, state: 'fault', message: 'LLM_MODEL is not set', remedy: 'Name the model, LLM_MODEL=gpt-4.1 say.' }
  return await reach(
    {
      check,
      url: `${base ?? 'https://api.openai.com/v1'}/models`,
      token,
      remedy: 'Check OPENAI_API_KEY and OPENAI_BASE_URL.',
    },
    signal,
  )
}

async function checkFallbacks({ config, signal }: Invocation): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { model, base_url, api_key_env: name } of config.env.LLM_FALLBACKS ?? []) {
    const check = `llm fallback ${model}`
    const token = name === undefined ? undefined : process.env[name]
    const remedy = name === undefined ? "Check the entry's base_url in LLM_FALLBACKS." : `Set ${name} to a valid key.`
    if (name !== undefined && token === undefined)
      findings.push({ check, state: 'fault', message: `${name} is not set`, remedy })
    else findings.push(await reach({ check, url: `${base_url}/models`, token, remedy }, signal))
  }
  return findings
}

async function reach(
  to: { check: string; url: string; token?: string | undefined; headers?: Record<string, string>; remedy: string },
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const headers = new Headers(to.headers)
    if (to.token !== undefined) headers.set('authorization', `Bearer ${to.token}`)
    const response = await fetch(to.url, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(reachMs)]) })
    await response.body?.cancel()
    if (response.ok) return { check: to.check, state: 'ok', message: `${new URL(to.url).host} answers` }
    return {
      check: to.check,
      state: 'fault',
      message: `${new URL(to.url).host} answered ${response.status}`,
      remedy: to.remedy,
    }
  } catch (error) {
    signal.throwIfAborted()
    return {
      check: to.check,
      state: 'fault',
      message: `${new URL(to.url).host} cannot be reached: ${reasonOf(error)}`,
      remedy: 'Check the address and the network.',
    }
  }
}

async function slackFindings(invocation: Invocation): Promise<Finding[]> {
  const { config, signal } = invocation
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL } = config.env
  const settings = {
    botToken: SLACK_BOT_TOKEN,
    appToken: SLACK_APP_TOKEN,
    signingSecret: SLACK_SIGNING_SECRET,
    apiUrl: SLACK_API_URL,
    installed: await installedTokens(invocation),
  }
  const findings = await checkSlack(settings, AbortSignal.any([signal, AbortSignal.timeout(reachMs)]))
  return findings.map((finding) => ({ check: 'slack', ...finding }))
}

function checkPrincipals({ config }: Invocation): Finding {
  const { principals } = config.settings
  if (principals.length > 0) return { check: 'principals', state: 'ok', message: `${principals.length} may ask` }
  return {
    check: 'principals',
    state: 'off',
    message: 'nobody configured: clients on this machine are served and see everything',
  }
}

const marks = { ok: ['green', 'ok   '], off: ['dim', 'off  '], fault: ['red', 'FAULT'] } as const

function writeFinding(output: Output, { check, state, message, remedy }: Finding): void {
  const [style, mark] = marks[state]
  writeLine(output, `${styled(output, style, mark)} ${check}: ${message}${remedy === undefined ? '' : ` → ${remedy}`}`)
}
