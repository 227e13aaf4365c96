import type { Lang } from '#knowledge/document.ts'
import { furtherInterruptions, furtherNods, furtherTurns } from './further-turns.ts'
import type { ScriptedTurn } from './scripted-turn.ts'
import { testInterruptions, testNods, testTurns } from './test-turns.ts'
import { tuningInterruptions, tuningNods, tuningTurns } from './tuning-turns.ts'

export type Split = 'tuning' | 'test'

/**
 * The waits were chosen on `tuning`; `test` is what is reported. No sentence stands in both. Pauses stand where people
 * hesitate: mostly within a phrase, before a name, after a filler, between digits, and also, more rarely, after words
 * that could have been all.
 */
export const scriptedTurns: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [...tuningTurns, ...furtherTurns],
  test: testTurns,
}

/** What listeners say without wanting the turn. */
export const nods: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [...tuningNods, ...furtherNods],
  test: testNods,
}

/** What people say who do want it. */
export const interruptions: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [...tuningInterruptions, ...furtherInterruptions],
  test: testInterruptions,
}

/** What we are saying meanwhile. */
export const answers: Readonly<Record<Lang, readonly string[]>> = {
  en: [
    'First drain the node, then wait until all the pods have moved. This page was last edited three months ago.',
    'Open the console, choose the primary instance and promote its replica. After that, check the replication lag.',
    'The limit is five hundred requests a second. Raise it in the settings of the gateway and reload the proxy.',
  ],
  ja: [
    'まずノードをドレインして、すべてのポッドがうつるまで待ちます。このページは三か月前に更新されました。',
    'コンソールを開いて、プライマリを選び、レプリカを昇格させます。そのあと遅延を確認します。',
  ],
}
