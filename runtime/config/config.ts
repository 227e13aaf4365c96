import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { ConfigError, reasonOf } from '#runtime/errors.ts'
import { Environment } from './environment.ts'
import { Settings } from './settings.ts'

export interface Config {
  env: Environment
  settings: Settings
  /** Absolute. */
  dataDir: string
  /** Where relative paths of the settings start. */
  settingsDir: string
}

export interface ConfigOptions {
  environment: NodeJS.ProcessEnv
  workingDir: string
  /** --config: must exist. Absent: nightdesk.yaml in the working folder, if there is one. */
  configFile?: string | undefined
  /** --data-dir */
  dataDir?: string | undefined
}

/** @throws {ConfigError} that names every fault of the environment and the settings at once, and prints no values. */
export function readConfig(options: ConfigOptions): Config {
  const faults: string[] = []
  const env = Environment.safeParse(options.environment)
  if (!env.success) faults.push(...env.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`))
  const { settings, file } = readSettings(options, faults)
  if (!env.success || settings === undefined) throw new ConfigError(faults.join('\n'))
  return {
    env: env.data,
    settings,
    dataDir: resolve(options.workingDir, options.dataDir ?? env.data.NIGHTDESK_DATA_DIR),
    settingsDir: file === undefined ? options.workingDir : dirname(file),
  }
}

function readSettings(options: ConfigOptions, faults: string[]): { settings?: Settings; file?: string } {
  const file = resolve(options.workingDir, options.configFile ?? 'nightdesk.yaml')
  if (options.configFile === undefined && !existsSync(file)) return { settings: Settings.parse({}) }
  const content = parseYaml(file, faults)
  if (content === undefined) return {}
  const read = Settings.safeParse(content ?? {})
  if (read.success) return { settings: read.data, file }
  for (const issue of read.error.issues)
    faults.push(`  ${file}: ${[z.core.toDotPath(issue.path)].filter(Boolean).concat(issue.message).join(': ')}`)
  return {}
}

function parseYaml(file: string, faults: string[]): unknown {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'))
    if (document.errors.length === 0) return document.toJS() ?? {}
    faults.push(...document.errors.map((error) => `  ${file}: ${error.message.split('\n')[0]}`))
  } catch (error) {
    faults.push(`  ${file}: cannot be read (${reasonOf(error)})`)
  }
  return undefined
}

/** The JSON Schema of nightdesk.yaml, for editors. */
export function settingsJsonSchema(): unknown {
  return { title: 'nightdesk.yaml', ...z.toJSONSchema(Settings, { io: 'input' }) }
}
