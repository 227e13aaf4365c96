import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { askByLoop } from '#conversation/ask.ts'
import { spokenTurn } from '#drills/spoken-turn.ts'
import type { Stage, StageKind } from '#drills/stage.ts'
import { UnrulyServer } from '#drills/unruly-server.ts'
import { UnrulySpeech } from '#drills/unruly-speech.ts'
import type { Call } from '#providers/gateway/call.ts'
import type { Config } from '#runtime/config/config.ts'
import { createLog } from '#runtime/log.ts'
import { type Nightdesk, openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { sampleSource } from '../sources.ts'
import { openSpeech } from './speech.ts'

/** Reserved for names that nobody has (RFC 2606). */
const noName = 'http://nightdesk-drill.invalid/v1'

/** A Nightdesk as it is configured by nothing but the stage: our own servers in place of providers, a store of its own. */
export async function openStage(invocation: Invocation, kind: StageKind): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-drill-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const primary = opened.use(await UnrulyServer.open())
  const backup = kind === 'one-model' ? undefined : opened.use(await UnrulyServer.open())
  const embeddings = kind === 'embeddings' ? opened.use(await UnrulyServer.open()) : undefined
  const { config } = invocation
  const env = {
    ...withoutServices(config.env),
    OPENAI_API_KEY: 'drill',
    OPENAI_BASE_URL: kind === 'no-name' ? noName : primary.url,
    LLM_MODEL: 'primary',
    LLM_FALLBACKS: backup === undefined ? undefined : [{ base_url: backup.url, model: 'backup' }],
    ...(embeddings === undefined
      ? {}
      : { EMBEDDING_MODEL: 'drill', EMBEDDING_BASE_URL: embeddings.url, EMBEDDING_API_KEY: 'drill' }),
  }
  const spoken = kind === 'ears' || kind === 'one-ear' || kind === 'voices'
  const speech = spoken ? opened.use(await UnrulySpeech.open()) : undefined
  const otherSpeech = spoken ? opened.use(await UnrulySpeech.open()) : undefined
  const settings = {
    ...config.settings,
    sources: [],
    budgets: {},
    limits: {},
    speech: speech === undefined || otherSpeech === undefined ? {} : speechOf(kind, speech.url, otherSpeech.url),
  }
  // What fails here is meant to fail: its log lines are part of what is looked at.
  const logged: { at: number; sentence: string }[] = []
  const log = createLog({
    level: 'warn',
    content: false,
    destination: { write: (line) => void logged.push(noted(line)) },
  })
  const own = { ...invocation, log, config: { ...config, env, settings, dataDir: folder } }
  const nightdesk = opened.use(await openNightdesk(own, { storePath: join(folder, 'drill.db') }))
  await nightdesk.sync(sampleSource(nightdesk.sourceParts), {}, invocation.signal)
  const calls: (Call & { at: number })[] = []
  nightdesk.providers.listen((call) => void calls.push({ ...call, at: performance.now() }))
  const turn = spoken ? await spokenTurns(own.config, nightdesk, kind, calls, opened) : undefined
  const { index, conversations } = nightdesk.store
  const kept = opened.move()
  return {
    primary,
    backup,
    embeddings,
    speech,
    turn,
    ask: askByLoop(nightdesk.conversation),
    calls,
    logged,
    health: () => nightdesk.providers.llm?.pool.health() ?? [],
    breakStore: (part, error) =>
      part === 'passages'
        ? failing(index, ['matching', 'nearest', 'load'], error)
        : failing(conversations, ['addTurn', 'savePosition', 'turns', 'position'], error),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** One server plays who is rehearsed, the other whoever there is besides; what isn't rehearsed is well. */
function speechOf(kind: StageKind, base_url: string, otherUrl: string): Config['settings']['speech'] {
  const ear = (model: string, url: string) => ({ type: 'openai' as const, base_url: url, model })
  const voice = (model: string, url: string) => ({ type: 'openai' as const, base_url: url, model, voice: 'drill' })
  const well = 'well'
  if (kind === 'voices')
    return { recognisers: [ear(well, otherUrl)], voices: [voice('primary', base_url), voice('backup', otherUrl)] }
  const ears = [ear('primary', base_url), ...(kind === 'one-ear' ? [] : [ear('backup', otherUrl)])]
  return { recognisers: ears, voices: [voice(well, otherUrl)] }
}

async function spokenTurns(
  config: Config,
  nightdesk: Nightdesk,
  kind: StageKind,
  calls: readonly Call[],
  opened: AsyncDisposableStack,
): Promise<NonNullable<Stage['turn']>> {
  const speech = opened.use(await openSpeech(config, nightdesk.providers))
  const parts = { ...nightdesk.conversation, speech }
  const rehearsed = kind === 'voices' ? 'text-to-speech' : 'speech-to-text'
  return (signal) => spokenTurn({ parts, kind: rehearsed, calls }, signal)
}

const Line = z.object({ msg: z.string().catch('') })

function noted(line: string): { at: number; sentence: string } {
  return { at: performance.now(), sentence: Line.parse(JSON.parse(line)).msg }
}

function withoutServices(env: Invocation['config']['env']): Invocation['config']['env'] {
  return {
    ...env,
    EMBEDDING_MODEL: undefined,
    EMBEDDING_BASE_URL: undefined,
    EMBEDDING_API_KEY: undefined,
    QDRANT_URL: undefined,
    REDIS_URL: undefined,
    DATABASE_URL: undefined,
  }
}

/** Its methods fail until that's disposed of. */
function failing(store: object, methods: readonly string[], error: Error): Disposable {
  const own = methods.map((method) => [method, Reflect.getOwnPropertyDescriptor(store, method)] as const)
  for (const method of methods) Reflect.set(store, method, () => Promise.reject(error))
  return {
    [Symbol.dispose]: () => {
      for (const [method, descriptor] of own) {
        if (descriptor === undefined) Reflect.deleteProperty(store, method)
        else Reflect.defineProperty(store, method, descriptor)
      }
    },
  }
}
