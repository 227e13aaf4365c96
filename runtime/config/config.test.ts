import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '#runtime/errors.ts'
import { readConfig, settingsJsonSchema } from './config.ts'
import { durationMs } from './duration.ts'

function folderWith(settings?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightdesk-config-'))
  if (settings !== undefined) writeFileSync(join(folder, 'nightdesk.yaml'), settings)
  return folder
}

function faultsOf(environment: NodeJS.ProcessEnv, settings?: string): string {
  try {
    readConfig({ environment, workingDir: folderWith(settings) })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('readConfig', () => {
  it('needs nothing', () => {
    const workingDir = folderWith()
    const config = readConfig({ environment: {}, workingDir })
    expect(config.env).toMatchObject({ PORT: 4000, HOST: '127.0.0.1' })
    expect(config.dataDir).toBe(join(workingDir, '.nightdesk'))
    expect(config.settings).toMatchObject({ sources: [], freshness: { review_every: '180d', stale_after: '365d' } })
  })

  it('names every fault at once, and no value', () => {
    const faults = faultsOf(
      { PORT: 'http', REDIS_URL: 'hunter2://x', LLM_FALLBACKS: '[{]' },
      'sources: [{id: a, type: files}, {id: b, type: github, repo: nope}]\nfreshness: {review_every: soon}\nprincipal: []',
    )
    for (const name of [
      'PORT',
      'REDIS_URL',
      'LLM_FALLBACKS',
      'sources[0].path',
      'sources[1].repo',
      'freshness.review_every',
      '"principal"',
    ])
      expect(faults).toContain(name)
    expect(faults).not.toContain('hunter2')
  })

  it('takes an empty variable for an unset one', () => {
    expect(faultsOf({ PORT: '', OPENAI_BASE_URL: '', SLACK_BOT_TOKEN: '' })).toBe('')
  })

  it('refuses a settings file that is not there or not YAML', () => {
    expect(() => readConfig({ environment: {}, workingDir: folderWith(), configFile: 'other.yaml' })).toThrow(
      'other.yaml',
    )
    expect(faultsOf({}, 'sources: [')).toContain('nightdesk.yaml')
  })

  it('ships the schema that it reads by', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../docs/nightdesk.schema.json'), 'utf8'),
    )
    expect(shipped).toEqual(JSON.parse(JSON.stringify(settingsJsonSchema())))
  })
})

describe('durationMs', () => {
  it('reads a number and a unit', () => {
    expect([durationMs('180d'), durationMs('1.5h'), durationMs('2w'), durationMs('soon'), durationMs('5')]).toEqual([
      15_552_000_000,
      5_400_000,
      1_209_600_000,
      undefined,
      undefined,
    ])
  })
})
