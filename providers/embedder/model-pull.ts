import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'
import { dtypes, isModelName, neededFiles, poolingFile, weightFiles } from './local-model.ts'

export type PullFault = 'bad-name' | 'not-found' | 'refused' | 'no-weights' | 'unreachable' | 'damaged'

const userMessages: Readonly<Record<PullFault, string>> = {
  'bad-name': 'That is no model name. Name it as on the Hugging Face Hub, OWNER/NAME.',
  'not-found': 'There is no such model at HF_ENDPOINT (default: huggingface.co), or HF_TOKEN is needed to see it.',
  refused: 'The model hub refused the download. Accept the licence of the model there, and set HF_TOKEN.',
  'no-weights':
    'The model has no ONNX weights and tokenizer that could be run here. Many models have a copy that does, by Xenova or onnx-community.',
  unreachable: 'The model hub cannot be reached. Check the network and HF_ENDPOINT; what was downloaded is kept.',
  damaged: 'The model arrived damaged and was thrown away. Try again.',
}

/** A model could not be downloaded. */
class ModelPullError extends OpsError {
  override readonly name = 'ModelPullError'
  readonly fault: PullFault
  readonly code: string
  readonly userMessage: string
  readonly retryable: boolean
  constructor(fault: PullFault, reason: string, options?: ErrorOptions) {
    super(`The model could not be downloaded: ${reason}`, options)
    this.fault = fault
    this.code = `model_pull_${fault.replace('-', '_')}`
    this.userMessage = userMessages[fault]
    this.retryable = fault === 'unreachable' || fault === 'damaged'
  }
}

export interface PullOptions {
  /** As on the hub: OWNER/NAME. */
  name: string
  modelsDir: string
  /** Default: https://huggingface.co */
  endpoint?: string | undefined
  token?: string | undefined
  onProgress?: ((progress: PullProgress) => void) | undefined
}

export interface PullProgress {
  file: string
  /** Of all files. */
  doneBytes: number
  totalBytes: number
}

export interface PulledModel {
  folder: string
  /** The hub's commit. */
  revision: string
  files: string[]
  bytes: number
}

const attempts = 4
/** Without a byte for so long, a connection counts as broken. */
const stallMs = 60_000

const Listing = z.object({
  sha: z.string().min(1),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().min(0).optional(),
      lfs: z.object({ sha256: z.string() }).optional(),
    }),
  ),
})
type HubFile = z.infer<typeof Listing>['siblings'][number]

/**
 * Downloads what is needed of a model, and nothing else of it. What an interrupted download left is continued.
 * The configuration comes last, so that a model counts as there only when all of it is.
 * @throws {ModelPullError}
 */
export async function pullModel(options: PullOptions, signal: AbortSignal): Promise<PulledModel> {
  const { name, modelsDir } = options
  if (!isModelName(name)) throw new ModelPullError('bad-name', name)
  const hub = new Hub(options.endpoint ?? 'https://huggingface.co', options.token)
  const path = `/api/models/${name}/revision/main?blobs=true`
  const listed = Listing.safeParse(await (await hub.get(path, new Headers(), signal)).json().catch(() => undefined))
  if (!listed.success) throw new ModelPullError('unreachable', 'the listing of its files is unreadable')
  const files = chosenFiles(listed.data.siblings)
  const folder = join(modelsDir, name)
  const totalBytes = files.reduce((sum, { size = 0 }) => sum + size, 0)
  let doneBytes = 0
  for (const file of files) {
    const tell = (bytes: number) => {
      doneBytes += bytes
      options.onProgress?.({ file: file.rfilename, doneBytes, totalBytes })
    }
    tell(0)
    const from = `/${name}/resolve/${listed.data.sha}/${file.rfilename}`
    await download({ hub, from, file, to: join(folder, file.rfilename), tell }, signal)
  }
  return { folder, revision: listed.data.sha, files: files.map(({ rfilename }) => rfilename), bytes: doneBytes }
}

/** Weights of one precision with what they are split into, then the rest. */
function chosenFiles(all: readonly HubFile[]): HubFile[] {
  const named = (path: string) => all.find(({ rfilename }) => rfilename === path)
  const weights = dtypes.map((dtype) => weightFiles[dtype]).find((path) => named(path) !== undefined)
  const needed = neededFiles.map((path) => named(path))
  if (weights === undefined || needed.includes(undefined))
    throw new ModelPullError('no-weights', 'no ONNX weights, or no tokenizer')
  const parts = all.filter(({ rfilename }) => rfilename === weights || rfilename.startsWith(`${weights}_data`))
  const others = [named(poolingFile), ...needed.toReversed()].filter((file) => file !== undefined)
  return [...parts, ...others]
}

interface Download {
  hub: Hub
  from: string
  to: string
  file: HubFile
  /** Told of bytes as they arrive, and taken back when they have to arrive again. */
  tell: (bytes: number) => void
}

async function download({ hub, from, to, file, tell }: Download, signal: AbortSignal): Promise<void> {
  if (file.size !== undefined && (await sizeOf(to)) === file.size) return tell(file.size)
  const partial = `${to}.partial`
  await mkdir(dirname(to), { recursive: true })
  let told = 0
  const tellOnce = (bytes: number) => {
    told += bytes
    tell(bytes)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchInto({ hub, from, partial, tell: tellOnce }, signal)
      await check(partial, file)
      return await rename(partial, to)
    } catch (error) {
      signal.throwIfAborted()
      const isLast = attempt === attempts || !(error instanceof ModelPullError && error.retryable)
      if (error instanceof ModelPullError && error.fault === 'damaged') await rm(partial, { force: true })
      if (isLast) throw error
      tellOnce(-told)
      await wait(250 * 2 ** attempt, undefined, { signal })
    }
  }
}

/** Continues what is there already, where the server lets us. */
async function fetchInto(
  { hub, from, partial, tell }: Pick<Download, 'hub' | 'from' | 'tell'> & { partial: string },
  signal: AbortSignal,
): Promise<void> {
  const there = (await sizeOf(partial)) ?? 0
  const headers = new Headers(there > 0 ? { range: `bytes=${there}-` } : {})
  const stalled = new AbortController()
  const watch = setTimeout(() => stalled.abort(new Error(`nothing for ${stallMs / 1000} s`)), stallMs)
  const either = AbortSignal.any([signal, stalled.signal])
  try {
    const response = await hub.get(from, headers, either)
    const continues = response.status === 206
    if (continues) tell(there)
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        watch.refresh()
        tell(chunk.length)
        done(null, chunk)
      },
    })
    await pipeline(chunksOf(response), counted, createWriteStream(partial, { flags: continues ? 'a' : 'w' }), {
      signal: either,
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw cause instanceof ModelPullError ? cause : new ModelPullError('unreachable', reasonOf(cause), { cause })
  } finally {
    clearTimeout(watch)
  }
}

/** Leaving it before its end hangs up. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function check(partial: string, { rfilename, size, lfs }: HubFile): Promise<void> {
  const got = await sizeOf(partial)
  if (size !== undefined && got !== size) {
    if ((got ?? 0) < size) throw new ModelPullError('unreachable', `${rfilename} broke off after ${got} bytes`)
    throw new ModelPullError('damaged', `${rfilename} has ${got} bytes instead of ${size}`)
  }
  if (lfs === undefined) return
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(partial)) hash.update(chunk)
  if (hash.digest('hex') !== lfs.sha256) throw new ModelPullError('damaged', `${rfilename} has another checksum`)
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}

/** A server of models. */
class Hub {
  readonly #endpoint: string
  readonly #token: string | undefined

  constructor(endpoint: string, token: string | undefined) {
    this.#endpoint = endpoint.replace(/\/+$/, '')
    this.#token = token
  }

  /** @throws {ModelPullError} */
  async get(path: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`)
    let response: Response
    try {
      response = await fetch(`${this.#endpoint}${path}`, { headers, signal })
    } catch (cause) {
      signal.throwIfAborted()
      throw new ModelPullError('unreachable', reasonOf(cause), { cause })
    }
    if (response.ok) return response
    await response.body?.cancel()
    const reason = `${path} was answered with ${response.status}`
    // Nothing is left to send: what we have is whole, or not of this file.
    if (response.status === 416) throw new ModelPullError('damaged', reason)
    // The hub hides what may not be seen behind 401.
    if (response.status === 401 || response.status === 404) throw new ModelPullError('not-found', reason)
    throw new ModelPullError(response.status === 403 ? 'refused' : 'unreachable', reason)
  }
}
