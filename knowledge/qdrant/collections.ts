import type { Schemas } from '@qdrant/js-client-rest'
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'
import type { QdrantConnection } from './connection.ts'
import { QdrantRefusedError } from './errors.ts'
import { payloadFields, termId, type VectorSpace, vectorName, wordsVector } from './points.ts'

/** Raise it when a point would be made otherwise than before: then a new collection is filled while the old one serves. */
const layout = 1

export type Quantization = 'none' | 'scalar' | 'binary'

export interface EmbeddingModel {
  /** The embedder's. */
  id: string
  /** Asked for only where a collection is to be made. */
  dimensions: (signal: AbortSignal) => Promise<number>
}

export interface CollectionSettings {
  /** The alias; the collections themselves are named after it. */
  name: string
  /** Mostly one; none: words alone. */
  models: readonly EmbeddingModel[]
  quantization: Quantization
  /** Fixed when the collection is made; absent: as Qdrant likes. */
  shards?: number | undefined
  replicas?: number | undefined
}

/** Where things stand. */
export interface Place {
  /** The collection of our layout and embedding models. */
  write: PlacedCollection
  /** That one, and before it the one that served so far, as long as ours is still being filled. */
  read: readonly PlacedCollection[]
}

export interface PlacedCollection {
  name: string
  /** Of our models, those that it has. */
  spaces: readonly VectorSpace[]
}

const Quantized = z.record(z.string(), z.unknown()).nullish()
const Info = z.object({
  config: z.object({
    params: z.object({
      vectors: z.record(z.string(), z.object({ size: z.number(), quantization_config: Quantized })).default({}),
    }),
  }),
  payload_schema: z.record(z.string(), z.unknown()),
})
type Info = z.infer<typeof Info>

const Aliases = z.object({ aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })) })
const All = z.object({ collections: z.array(z.object({ name: z.string() })) })
const Done = z.boolean()
const Updated = z.object({ status: z.enum(['acknowledged', 'completed', 'wait_timeout']) })

const quantizations: Record<Quantization, Schemas['QuantizationConfig'] | undefined> = {
  none: undefined,
  // A quarter of the memory; the hundredth of outliers is cut, as Qdrant advises.
  scalar: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
  // A thirty-second of it, for models of 1,024 dimensions and more.
  binary: { binary: { always_ram: true } },
}

/** The index of every field that a filter names. */
const payloadIndexes: readonly [string, Schemas['PayloadSchemaParams']][] = [
  [payloadFields.audience, { type: 'keyword' }],
  [payloadFields.source, { type: 'keyword' }],
  [payloadFields.lang, { type: 'keyword' }],
  [payloadFields.entry, { type: 'keyword' }],
  // A hundred numbers a passage that are only counted: on disk.
  [payloadFields.terms, { type: 'integer', lookup: true, range: false, on_disk: true }],
]

/** Finds, makes and switches the collections; what it found out holds until `forget`. */
export class QdrantCollections {
  readonly #connection: QdrantConnection
  readonly #settings: CollectionSettings
  readonly #log: Log
  readonly #life = new AbortController()
  #place: Promise<Place> | undefined

  constructor(connection: QdrantConnection, settings: CollectionSettings, log: Log) {
    this.#connection = connection
    this.#settings = settings
    this.#log = log
  }

  /** The collection of our layout and embedding models. */
  get wanted(): string {
    const names = this.#vectorNames.toSorted().join(' ')
    const models = names === '' ? 'words' : termId(names).toString(16).padStart(8, '0')
    return `${this.#settings.name}-v${layout}-${models}`
  }

  /** Runs something where things stand; again where they stand now, if another process switched and deleted it meanwhile. */
  async at<Result>(work: (place: Place) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    try {
      return await work(await this.#placed(signal))
    } catch (error) {
      if (!(error instanceof QdrantRefusedError && error.status === 404)) throw error
      this.forget()
      return await work(await this.#placed(signal))
    }
  }

  /** Makes what isn't there. */
  async #placed(signal: AbortSignal): Promise<Place> {
    this.#place ??= this.#prepare(this.#life.signal).catch((error: unknown) => {
      this.#place = undefined
      throw error
    })
    return await untilAborted(this.#place, signal)
  }

  forget(): void {
    this.#place = undefined
  }

  /** Whether ours serves, and no earlier one. */
  async isServing(signal: AbortSignal): Promise<boolean> {
    this.forget()
    const { read } = await this.#placed(signal)
    return read.every(({ name }) => name === this.wanted)
  }

  /** From now on ours serves alone. Those before it are deleted; who still used them finds ours at the next request. */
  async switchOver(signal: AbortSignal): Promise<void> {
    const { name } = this.#settings
    const before = await this.#aliased(signal)
    if (before !== this.wanted) {
      await this.#pointAlias(before, signal)
      this.forget()
      this.#log.info({ before, now: this.wanted }, 'another collection of passages serves now')
    }
    const { collections } = await this.#connection.ask('read', (api, init) => api.getCollections({}, init), All, signal)
    for (const { name: collection_name } of collections) {
      if (collection_name === this.wanted || !isMadeFor(name, collection_name)) continue
      await this.#connection.ask('write', (api, init) => api.deleteCollection({ collection_name }, init), Done, signal)
    }
  }

  [Symbol.dispose](): void {
    this.#life.abort(new Error('closed'))
  }

  async #prepare(signal: AbortSignal): Promise<Place> {
    const ours = (await this.#info(this.wanted, signal)) ?? (await this.#create(signal))
    await this.#indexFields(ours, signal)
    await this.#quantize(ours, signal)
    const aliased = await this.#aliased(signal)
    if (aliased === undefined) await this.#pointAlias(undefined, signal)
    const write = this.#placedCollection(this.wanted, ours)
    if (aliased === undefined || aliased === this.wanted) return { write, read: [write] }
    const before = await this.#info(aliased, signal)
    return { write, read: before === undefined ? [write] : [this.#placedCollection(aliased, before), write] }
  }

  get #vectorNames(): string[] {
    return this.#settings.models.map(({ id }) => vectorName(id))
  }

  #placedCollection(name: string, { config }: Info): PlacedCollection {
    const spaces = this.#vectorNames.flatMap((vector) => {
      const held = config.params.vectors[vector]
      return held === undefined ? [] : [{ name: vector, dimensions: held.size }]
    })
    return { name, spaces }
  }

  async #info(name: string, signal: AbortSignal): Promise<Info | undefined> {
    try {
      return await this.#connection.ask(
        'read',
        (api, init) => api.getCollection({ collection_name: name }, init),
        Info,
        signal,
      )
    } catch (error) {
      if (error instanceof QdrantRefusedError && error.status === 404) return undefined
      throw error
    }
  }

  async #create(signal: AbortSignal): Promise<Info> {
    const { models, quantization, shards, replicas } = this.#settings
    const quantization_config = quantizations[quantization]
    const vectors: Record<string, Schemas['VectorParams']> = {}
    for (const { id, dimensions } of models) {
      const size = await dimensions(signal)
      vectors[vectorName(id)] = {
        size,
        distance: 'Cosine',
        ...(quantization_config === undefined ? {} : { quantization_config }),
      }
    }
    const body: Schemas['CreateCollection'] = {
      vectors,
      sparse_vectors: { [wordsVector]: { modifier: 'idf' } },
      on_disk_payload: true,
      ...(shards === undefined ? {} : { shard_number: shards }),
      ...(replicas === undefined ? {} : { replication_factor: replicas }),
    }
    try {
      await this.#connection.ask(
        'write',
        (api, init) => api.createCollection({ collection_name: this.wanted, ...body }, init),
        Done,
        signal,
      )
      this.#log.info({ collection: this.wanted }, 'a collection of passages was made')
    } catch (error) {
      // Another process was quicker, or a try of ours whose answer got lost.
      if (!(error instanceof QdrantRefusedError && error.status === 409)) throw error
    }
    const made = await this.#info(this.wanted, signal)
    if (made === undefined) throw new QdrantRefusedError(this.#connection.host, 404, `${this.wanted} vanished`)
    return made
  }

  async #indexFields(info: Info, signal: AbortSignal): Promise<void> {
    for (const [field_name, field_schema] of payloadIndexes) {
      if (info.payload_schema[field_name] !== undefined) continue
      await this.#connection.ask(
        'write',
        (api, init) =>
          api.createFieldIndex({ collection_name: this.wanted, wait: true, field_name, field_schema }, init),
        Updated,
        signal,
      )
    }
  }

  /** Qdrant goes over to another quantization by itself, in the background. */
  async #quantize(info: Info, signal: AbortSignal): Promise<void> {
    const { quantization } = this.#settings
    const differing = Object.entries(info.config.params.vectors).filter(
      ([, { quantization_config: held }]) => Object.keys(held ?? { none: {} })[0] !== quantization,
    )
    if (differing.length === 0) return
    const quantization_config = quantizations[quantization] ?? ('Disabled' as const)
    const vectors = Object.fromEntries(differing.map(([name]) => [name, { quantization_config }]))
    await this.#connection.ask(
      'write',
      (api, init) => api.updateCollection({ collection_name: this.wanted, vectors }, init),
      Done,
      signal,
    )
  }

  async #aliased(signal: AbortSignal): Promise<string | undefined> {
    const { aliases } = await this.#connection.ask(
      'read',
      (api, init) => api.getCollectionsAliases({}, init),
      Aliases,
      signal,
    )
    return aliases.find(({ alias_name }) => alias_name === this.#settings.name)?.collection_name
  }

  async #pointAlias(before: string | undefined, signal: AbortSignal): Promise<void> {
    const { name } = this.#settings
    const actions: Schemas['AliasOperations'][] = [
      ...(before === undefined ? [] : [{ delete_alias: { alias_name: name } }]),
      { create_alias: { alias_name: name, collection_name: this.wanted } },
    ]
    await this.#connection.ask('write', (api, init) => api.updateAliases({ actions }, init), Done, signal)
  }
}

/** Another installation's name may begin as ours does. */
function isMadeFor(name: string, collection: string): boolean {
  return collection.startsWith(`${name}-v`) && /^\d+-(?:words|[0-9a-f]{8})$/.test(collection.slice(name.length + 2))
}

/** Others may wait for the same, so whoever gives up leaves it running. */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
