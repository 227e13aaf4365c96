import { z } from 'zod'

/**
 * The requests that the fake understands, after the components of Qdrant 1.19's OpenAPI description. Where the real one
 * passes over a field that it doesn't know, this one refuses it: to send such a field would be a mistake of ours.
 */
const uint = z.number().int().min(0)
const atLeastOne = z.number().int().min(1)
const PointId = z.union([uint.max(Number.MAX_SAFE_INTEGER), z.uuid()])
const Float = z.number()

export const SparseVector = z
  .strictObject({ indices: z.array(uint.max(2 ** 32 - 1)), values: z.array(Float) })
  .refine(({ indices, values }) => indices.length === values.length, 'must be the same length as indices')
  .refine(({ indices }) => new Set(indices).size === indices.length, 'must be unique')

const Match = z.union([
  z.strictObject({ value: z.union([z.string(), z.number().int(), z.boolean()]) }),
  z.strictObject({ any: z.union([z.array(z.string()), z.array(z.number().int())]) }),
])
const Condition = z.union([
  z.strictObject({ key: z.string(), match: Match }),
  z.strictObject({ has_id: z.array(PointId) }),
])
export const Filter = z.strictObject({
  must: z.array(Condition).optional(),
  should: z.array(Condition).optional(),
  must_not: z.array(Condition).optional(),
})
export type Filter = z.infer<typeof Filter>
export type Condition = z.infer<typeof Condition>

const Quantization = z.union([
  z.strictObject({
    scalar: z.strictObject({
      type: z.literal('int8'),
      quantile: z.number().min(0.5).max(1).optional(),
      always_ram: z.boolean().optional(),
    }),
  }),
  z.strictObject({ binary: z.strictObject({ always_ram: z.boolean().optional() }) }),
])

export const CreateCollection = z.strictObject({
  vectors: z.record(
    z.string(),
    z.strictObject({
      size: atLeastOne.max(65_536),
      distance: z.enum(['Cosine', 'Dot', 'Euclid', 'Manhattan']),
      quantization_config: Quantization.optional(),
    }),
  ),
  sparse_vectors: z.record(z.string(), z.strictObject({ modifier: z.enum(['none', 'idf']).optional() })).optional(),
  on_disk_payload: z.boolean().optional(),
  shard_number: atLeastOne.optional(),
  replication_factor: atLeastOne.optional(),
})
export type CreateCollection = z.infer<typeof CreateCollection>

export const UpdateCollection = z.strictObject({
  vectors: z.record(
    z.string(),
    z.strictObject({ quantization_config: z.union([Quantization, z.literal('Disabled')]).optional() }),
  ),
})

export const CreateFieldIndex = z.strictObject({
  field_name: z.string(),
  field_schema: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('keyword'), on_disk: z.boolean().optional() }),
    z.strictObject({
      type: z.literal('integer'),
      lookup: z.boolean().optional(),
      range: z.boolean().optional(),
      on_disk: z.boolean().optional(),
    }),
  ]),
})

export const ChangeAliases = z.strictObject({
  actions: z.array(
    z.union([
      z.strictObject({ create_alias: z.strictObject({ collection_name: z.string(), alias_name: z.string() }) }),
      z.strictObject({ delete_alias: z.strictObject({ alias_name: z.string() }) }),
    ]),
  ),
})

export const UpsertPoints = z.strictObject({
  points: z.array(
    z.strictObject({
      id: PointId,
      vector: z.record(z.string(), z.union([z.array(Float), SparseVector])),
      payload: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})
export type UpsertPoints = z.infer<typeof UpsertPoints>

const WithPayload = z.union([z.boolean(), z.array(z.string())])

export const GetPoints = z.strictObject({
  ids: z.array(PointId),
  with_payload: WithPayload.optional(),
  with_vector: z.boolean().optional(),
})

export const DeletePoints = z.union([z.strictObject({ points: z.array(PointId) }), z.strictObject({ filter: Filter })])

export const ScrollPoints = z.strictObject({
  filter: Filter.optional(),
  limit: atLeastOne.optional(),
  offset: PointId.optional(),
  with_payload: WithPayload.optional(),
  with_vector: z.boolean().optional(),
})

export const CountPoints = z.strictObject({ filter: Filter.optional(), exact: z.boolean().optional() })

const Params = z.strictObject({
  exact: z.boolean().optional(),
  quantization: z
    .strictObject({ rescore: z.boolean().optional(), oversampling: z.number().min(1).optional() })
    .optional(),
})
const Fusion = z.union([
  z.strictObject({ fusion: z.literal('rrf') }),
  z.strictObject({ rrf: z.strictObject({ k: atLeastOne.optional() }) }),
])
const query = {
  query: z.union([z.array(Float), SparseVector, Fusion]).optional(),
  using: z.string().optional(),
  filter: Filter.optional(),
  params: Params.optional(),
  limit: atLeastOne.optional(),
}
/** Prefetches may themselves prefetch; ours don't, so the fake does without. */
const Prefetch = z.strictObject(query)
export const QueryPoints = z.strictObject({
  ...query,
  prefetch: z.array(Prefetch).optional(),
  with_payload: WithPayload.optional(),
  with_vector: z.boolean().optional(),
})
export type QueryPoints = z.infer<typeof QueryPoints>
export type Prefetch = z.infer<typeof Prefetch>
