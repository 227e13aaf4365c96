import { describe, expect, it } from 'vitest'
import { machineFaults, moved, type StateMachine, stateAt } from './machine.ts'
import { machineSvg } from './machine-drawing.ts'
import { machinePage } from './machine-page.ts'
import { onCallMachine } from './on-call-machine.ts'

const words = (text: string) => ({ en: text, ja: text })
const door: StateMachine = {
  name: 'door',
  initial: 'shut',
  states: [
    {
      id: 'shut',
      instructions: words('It is shut.'),
      tools: [],
      transitions: [
        { on: 'open', to: 'ajar' },
        { on: 'knock', to: 'same' },
      ],
    },
    { id: 'ajar', instructions: words('<ajar>'), tools: ['push'], transitions: [{ on: 'back', to: 'previous' }] },
  ],
}
const start = { state: 'shut', previous: [] }

describe('a state machine', () => {
  it('moves by what it lists, and by nothing else', () => {
    const ajar = moved(door, start, 'open')
    expect(ajar).toEqual({ state: 'ajar', previous: ['shut'] })
    expect(moved(door, start, 'knock')).toEqual(start)
    expect(moved(door, start, 'back')).toBeUndefined()
    expect(moved(door, ajar ?? start, 'back')).toEqual(start)
  })

  it('begins anew from a state that it does not know', () => {
    expect(stateAt(door, { state: 'melted', previous: [] }).id).toBe('shut')
  })

  it('is told what is wrong with it', () => {
    const broken: StateMachine = {
      ...door,
      states: [
        ...door.states,
        {
          id: 'lost',
          instructions: words(''),
          tools: [],
          transitions: [
            { on: 'x', to: 'nowhere' },
            { on: 'x', to: 'shut' },
          ],
        },
      ],
    }
    expect(machineFaults(broken)).toEqual([
      'Nothing leads to lost.',
      'lost leads by x to nowhere, which is not there.',
      'lost lists x twice.',
    ])
  })

  it('has a page that shows all of each state in both languages, without styles or scripts of its own', () => {
    const page = machinePage(onCallMachine, '/assets/1')
    for (const { id, tools, instructions } of onCallMachine.states) {
      expect(page).toContain(`id="en-${id}"`)
      expect(page).toContain(instructions.ja)
      for (const tool of tools.filter((name) => !name.startsWith('client')))
        expect(page).toContain(`<code>${tool}</code>`)
    }
    expect(page).not.toMatch(/<style|style=|<script>|onclick/)
    expect(machinePage(door, '')).toContain('&#60;ajar&#62;')
  })

  it('is drawn with every state, what moves it, and where it is', () => {
    const svg = machineSvg(onCallMachine, 'en', 'walking')
    for (const { id } of onCallMachine.states) expect(svg).toContain(`>${id}</text>`)
    expect(svg.match(/class="current/g)).toHaveLength(1)
    expect(svg).toContain('irreversible')
    expect(machineSvg(door, 'ja')).toContain('&#60;ajar&#62;')
  })
})
