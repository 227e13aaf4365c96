import { basename, join, resolve } from 'node:path'
import { filesSource } from '#ingest/files/files-source.ts'
import { githubSource } from '#ingest/github/github-source.ts'
import { parseGithubSpec } from '#ingest/github/spec.ts'
import { notionSource } from '#ingest/notion/notion-source.ts'
import { parseNotionSpec } from '#ingest/notion/spec.ts'
import type { Source } from '#ingest/source.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { SourceSetting } from '#runtime/config/settings.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { Log } from '#runtime/log.ts'

const samplesId = 'samples'
const samplesFolder = join(import.meta.dirname, '../samples/docs')

export interface SourceParts {
  config: Config
  log: Log
  /** Says to a person what a remote API makes us wait for. */
  onWait?: ((message: string) => void) | undefined
  /** Told of the same wait, and by which source it is wanted. */
  onPause?: ((source: string, pause: { until: Date; reason: string }) => void) | undefined
  /** False where dates by line are not wanted, for speed. */
  blame?: boolean | undefined
}

/** The sources of nightdesk.yaml. */
export function configuredSources(parts: SourceParts): Source[] {
  return parts.config.settings.sources.map((setting) => sourceOf(setting, parts))
}

/** Folders given on the command line; each gets an id from its name. */
export function folderSources(folders: readonly string[], parts: SourceParts): Source[] {
  const taken = new Set(parts.config.settings.sources.map((source) => source.id))
  return folders.map((folder) => {
    const path = resolve(folder)
    const id = unusedId(basename(path).replace(/[^A-Za-z0-9._-]+/g, '-') || 'docs', taken)
    return files({ id, path, audience: [] }, parts)
  })
}

export function sampleSource(parts: SourceParts): Source {
  return files({ id: samplesId, path: samplesFolder, audience: [], useGit: false }, parts)
}

/**
 * `files:DIR`, `github:OWNER/REPO[@REF][:PATH]`, `notion[:ROOT_ID]`, or the id of a configured source.
 * @throws {ConfigError} that says what a source looks like.
 */
export function sourceNamed(name: string, parts: SourceParts): Source {
  const setting = parts.config.settings.sources.find((source) => source.id === name)
  if (setting !== undefined) return sourceOf(setting, parts)
  if (name.startsWith('files:') && name.length > 'files:'.length) {
    const path = resolve(name.slice('files:'.length))
    return files({ id: `files:${path}`, path, audience: [] }, parts)
  }
  if (name.startsWith('github:'))
    return github({ ...parseGithubSpec(name), id: name, labels: defaultLabels, audience: [] }, parts)
  if (name === 'notion' || name.startsWith('notion:'))
    return notion({ ...parseNotionSpec(name), id: name, audience: [] }, parts)
  throw new ConfigError(
    `  ${name}: a source is files:DIR, github:OWNER/REPO[@REF][:PATH], notion[:ROOT_ID] or the id of one in nightdesk.yaml`,
  )
}

const defaultLabels = ['incident', 'postmortem']

function sourceOf(setting: SourceSetting, parts: SourceParts): Source {
  if (setting.type === 'files')
    return files({ ...setting, path: resolve(parts.config.settingsDir, setting.path) }, parts)
  if (setting.type === 'notion') return notion(setting, parts)
  const [owner = '', repo = ''] = setting.repo.split('/')
  return github({ ...setting, owner, repo }, parts)
}

type FilesPart = Pick<Extract<SourceSetting, { type: 'files' }>, 'id' | 'path' | 'audience' | 'include' | 'exclude'> & {
  blame?: boolean
  useGit?: boolean
}

function files(setting: FilesPart, parts: SourceParts): Source {
  return filesSource({
    ...setting,
    blame: parts.blame ?? setting.blame ?? true,
    cacheFolder: join(parts.config.dataDir, 'cache'),
    clock: systemClock,
    log: parts.log,
  })
}

interface GithubPart {
  id: string
  owner: string
  repo: string
  ref?: string | undefined
  path?: string | undefined
  include?: string[] | undefined
  exclude?: string[] | undefined
  labels: string[]
  audience: string[]
}

/** A wait that a source asks for is told to a person and to other workers. */
function telling(source: string, { onWait, onPause }: SourceParts) {
  return (wait: { until: Date; reason: string }) => {
    onWait?.(wait.reason)
    onPause?.(source, wait)
  }
}

function github(setting: GithubPart, parts: SourceParts): Source {
  const { config, log } = parts
  return githubSource({
    ...setting,
    token: config.env.GITHUB_TOKEN,
    apiUrl: config.env.GITHUB_API_URL ?? 'https://api.github.com',
    log,
    onWait: telling(setting.id, parts),
    clock: systemClock,
  })
}

type NotionPart = Partial<Extract<SourceSetting, { type: 'notion' }>> & { id: string; audience: string[] }

function notion(setting: NotionPart, parts: SourceParts): Source {
  const { config, log } = parts
  const { id, audience, roots, owner_properties: ownerProperties, comments } = setting
  return notionSource({
    id,
    audience,
    roots,
    ownerProperties,
    comments,
    datesOf: setting.passage_dates,
    apiVersion: setting.api_version,
    token: config.env.NOTION_TOKEN,
    baseUrl: config.env.NOTION_BASE_URL,
    log,
    onWait: telling(id, parts),
    clock: systemClock,
  })
}

function unusedId(name: string, taken: Set<string>): string {
  let id = name
  for (let n = 2; taken.has(id); n++) id = `${name}-${n}`
  taken.add(id)
  return id
}
