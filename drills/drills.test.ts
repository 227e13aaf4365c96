import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ask } from '#knowledge/answer.ts'
import { drills } from './all-drills.ts'
import { type Drill, rehearse } from './drill.ts'
import { type Stage, saidTwice } from './stage.ts'
import { drillTable } from './table.ts'
import { UnrulyServer } from './unruly-server.ts'

const ongoing = new AbortController().signal
const playbooks = join(import.meta.dirname, '../docs/playbooks')

describe('drills', () => {
  it('are at least twenty, each with a name of its own and a playbook that names it', () => {
    expect(drills.length).toBeGreaterThanOrEqual(20)
    expect(new Set(drills.map(({ name }) => name)).size).toBe(drills.length)
    const wrong = drills.filter(({ name, playbook }) => {
      const file = join(playbooks, `${playbook}.md`)
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(`nightdesk drill ${name}\``)
    })
    expect(wrong).toEqual([])
  })

  it('rehearse every playbook', () => {
    const named = new Set(drills.map(({ playbook }) => `${playbook}.md`))
    expect(readdirSync(playbooks).filter((file) => file !== 'README.md' && !named.has(file))).toEqual([])
  })

  it('fail when a turn stays without an answer, is told twice, or nothing notices', async () => {
    await using primary = await UnrulyServer.open()
    const twice = 'Restart the primary database by hand. Restart the primary database by hand.'
    const ask: Ask = async function* () {
      if (primary.behaviour === 'down') throw new Error('boom')
      yield {
        kind: 'done',
        answer: {
          answer: twice,
          spoken: '',
          abstained: false,
          confidence: 1,
          lang: 'en',
          citations: [],
          warnings: [],
          conversationId: 'c',
          traceId: 't',
          provider: 'primary',
          timingsMs: {},
          costUsd: 0,
        },
      }
    }
    const stage: Stage = {
      primary,
      ask,
      calls: [],
      logged: [],
      health: () => [],
      breakStore: () => ({ [Symbol.dispose]: () => undefined }),
      [Symbol.asyncDispose]: async () => {},
    }
    const drill: Drill = {
      name: 'quiet',
      pattern: '',
      playbook: 'llm-down',
      detectWithinMs: 1000,
      rehearsal: {
        kind: 'stage',
        stage: 'one-model',
        expects: 'backup',
        inject: () => ({ [Symbol.dispose]: () => undefined }),
      },
    }
    const { faults } = await rehearse(drill, async () => stage, ongoing)
    expect(faults).toContain('not detected')
    expect(faults).toContain('answered by primary instead of backup')
    expect(faults).toContain('said twice: Restart the primary database by hand')
    const loud: Drill = {
      ...drill,
      rehearsal: {
        kind: 'stage',
        stage: 'one-model',
        expects: 'documents',
        inject: () => {
          primary.behaviour = 'down'
          return {
            [Symbol.dispose]: () => {
              primary.behaviour = 'well'
            },
          }
        },
      },
    }
    const report = await rehearse(loud, async () => stage, ongoing)
    expect(report.faults.some((fault) => fault.startsWith('no answer'))).toBe(true)
    const table = drillTable([report])
    expect(table).toContain('FAILED')
    expect(table).toMatch(/detected in +playbook says +as +fallback +the user noticed +longest silence +said twice/)
    expect(table).toMatch(/quiet +\S+ s +≤ 1\.00 s +failed turn +an apology +an apology +\d\.\d\d s +0/)
  })

  it('keep what their playbooks promise in simulated time', async () => {
    for (const drill of drills) {
      if (drill.rehearsal.kind !== 'simulated') continue
      const { faults } = await rehearse(drill, () => Promise.reject(new Error('no stage')), ongoing)
      expect([drill.name, faults]).toEqual([drill.name, []])
    }
  })
})

it('a sentence that is said twice is found, whatever it cites', () => {
  expect(saidTwice('Check the lag of the replica. [1] Then go on.\nCheck the lag of the replica. [2]')).toHaveLength(1)
  expect(saidTwice('Check the lag of the replica. Check the lag of the primary.')).toEqual([])
})
