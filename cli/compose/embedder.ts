import { join } from 'node:path'
import { cached } from '#providers/embedder/cached.ts'
import type { Embedder } from '#providers/embedder/embedder.ts'
import { findLocalModel, shippedModelName } from '#providers/embedder/local-model.ts'
import { loadOpsEmbed, type OpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'

export interface OpenedEmbedder {
  /** What passages and questions are embedded by; absent: EMBEDDING_MODEL=none. */
  embedder?: Embedder
  /** Our own, whatever else is configured: ranking compares single words by it, and is calibrated on its cosines. */
  tokens?: OpsEmbed
}

/** Where `models pull` puts models. */
export function modelsDirOf(config: Config): string {
  return join(config.dataDir, 'models')
}

/** @throws {OpsError} When the model that is configured isn't there; nothing is downloaded, and no service is asked. */
export async function openEmbedder(config: Config, log: Log): Promise<OpenedEmbedder> {
  const { EMBEDDING_MODEL: model } = config.env
  if (model === 'none') return {}
  if (model === undefined || model === `local:${shippedModelName}`) {
    const shipped = await loadOpsEmbed()
    return { embedder: shipped, tokens: shipped }
  }
  if (model.startsWith('local:')) return openLocal(model.slice('local:'.length), config, log)
  return { embedder: await openService(model, config, log), tokens: await loadOpsEmbed() }
}

async function openLocal(name: string, config: Config, log: Log): Promise<OpenedEmbedder> {
  const found = await findLocalModel(name, { modelsDir: modelsDirOf(config), workingDir: config.settingsDir })
  switch (found.kind) {
    case 'ops-embed': {
      const local = await loadOpsEmbed(found.folder)
      return { embedder: local, tokens: local }
    }
    case 'transformers': {
      const { TransformersEmbedder } = await import('#providers/embedder/transformers/transformers-embedder.ts')
      return { embedder: await kept(new TransformersEmbedder(found.model), config, log), tokens: await loadOpsEmbed() }
    }
    case 'incomplete':
      throw new ConfigError(
        `  EMBEDDING_MODEL: the model in ${found.folder} lacks ${found.missing}; get all of it with \`nightdesk models pull ${name}\``,
      )
    case 'missing':
      throw new ConfigError(
        `  EMBEDDING_MODEL: the model ${name} is not on this machine; get it with \`nightdesk models pull ${name}\`, or give the path of its folder`,
      )
  }
}

async function openService(model: string, config: Config, log: Log): Promise<Embedder> {
  const { EMBEDDING_API_KEY, EMBEDDING_BASE_URL, OPENAI_API_KEY, OPENAI_BASE_URL } = config.env
  const baseUrl = EMBEDDING_BASE_URL ?? OPENAI_BASE_URL
  const apiKey = EMBEDDING_API_KEY ?? OPENAI_API_KEY
  if (apiKey === undefined && baseUrl === undefined) {
    throw new ConfigError(
      `  EMBEDDING_MODEL: ${model} needs EMBEDDING_API_KEY (or OPENAI_API_KEY), or EMBEDDING_BASE_URL for a server of one's own; models on this machine are \`local:NAME\``,
    )
  }
  const { OpenAiCompatibleEmbedder } = await import('#providers/embedder/openai-compatible/openai-compatible.ts')
  // Servers of one's own often want no key, but the protocol's client does.
  const service = new OpenAiCompatibleEmbedder({ model, baseUrl, apiKey: apiKey ?? 'none' })
  return kept(service, config, log)
}

/** What is slow or paid for is asked for each text once. Without its file it is asked more often, that is all. */
async function kept(embedder: Embedder, config: Config, log: Log): Promise<Embedder> {
  try {
    const { SqliteEmbeddingCache } = await import('#providers/embedder/sqlite-cache/sqlite-embedding-cache.ts')
    const cache = new SqliteEmbeddingCache({ path: join(config.dataDir, 'embeddings.db'), clock: systemClock })
    return cached(embedder, cache, log)
  } catch (err) {
    log.warn({ err }, 'embeddings are not kept')
    return embedder
  }
}
