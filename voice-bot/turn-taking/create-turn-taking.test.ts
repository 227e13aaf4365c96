import { describe } from 'vitest'
import { createTurnTaking } from './create-turn-taking.ts'
import { turnTakingContract } from './turn-taking.contract.ts'

describe('createTurnTaking, by meaning', () => {
  turnTakingContract(() => createTurnTaking({ detection: { kind: 'semantic_vad' } }))
})

describe('createTurnTaking, by silence', () => {
  turnTakingContract(() => createTurnTaking({ detection: { kind: 'server_vad' } }))
})

describe('createTurnTaking, by a wake phrase and words', () => {
  turnTakingContract(() =>
    createTurnTaking({
      detection: { kind: 'semantic_vad', eagerness: 'low' },
      wakePhrases: ['nightdesk'],
      bargeIn: { minimumWords: 2 },
    }),
  )
})
