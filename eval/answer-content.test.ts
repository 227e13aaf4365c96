import { describe, expect, it } from 'vitest'
import { holds, keyPointsHeld, recommended } from './answer-content.ts'

describe('key points', () => {
  it('are found past letter case, backquotes and runs of blanks', () => {
    expect(holds('Run `ETCDCTL  defrag`\non all pods', 'etcdctl defrag on')).toBe(true)
    expect(holds('Run defrag', 'etcdctl defrag')).toBe(false)
  })

  it.each([
    ['the ceiling is 110 pods', '110', true],
    ['the ceiling is 1100 pods', '110', false],
    ['wait 15m', '15m', true],
    ['wait 15ms', '15m', false],
    ['use 1.5 GiB', '1', false],
    ['quorum is 2.', '2', true],
    ['at 85%, page', '85%', true],
    ['上限は110です', '110', true],
    ['定足数は整数です', '整数', true],
    ['chmod -rw', '-rw', true],
  ])('that are short need to stand alone: %s holds %s: %s', (text, wanted, expected) => {
    expect(holds(text, wanted)).toBe(expected)
  })

  it('are held by any of the strings that will do', () => {
    expect(keyPointsHeld('a majority', [['quorum', 'majority'], ['2']])).toEqual([true, false])
  })
})

describe('recommended', () => {
  it('sees what the answer tells to do', () => {
    expect(recommended('Alert at 95%. [1]', ['95%'])).toEqual(['95%'])
    expect(recommended('1. Run `kubectl alpha debug` [1]\n2. Look', ['kubectl alpha debug'])).toHaveLength(1)
    expect(recommended('```sh\nrm -rf /wal\n```', ['rm -rf'])).toHaveLength(1)
  })

  it.each([
    'Older pages said 95%, now it is 85%. [1]',
    'Do not alert at 95%.',
    '以前は95%でしたが、現在は85%です。[1]',
    '⚠ Sources disagree. "Old wiki" says 95% instead of 85%.',
    'An older page says otherwise:\n\n- 95%',
    'The answer is 85%.',
    'The answer is 195%.',
  ])('leaves out what the answer warns of: %s', (answer) => {
    expect(recommended(answer, ['95%'])).toEqual([])
  })

  it('does not let one warning cover what stands elsewhere', () => {
    expect(recommended('The old page is wrong. [1] Alert at 95%. [2]', ['95%'])).toEqual(['95%'])
    expect(recommended('An older page says otherwise:\n\n- 95%\n\nAlert at 95%.', ['95%'])).toEqual(['95%'])
  })

  it('does not take every negation for a warning', () => {
    expect(recommended('Wait until it falls below 95%; it cannot recover before.', ['95%'])).toEqual(['95%'])
    expect(recommended('95%を超えると書き込みができません。', ['95%'])).toEqual(['95%'])
  })

  it('keeps a backquote that ends a command', () => {
    const mustNot = ['kubectl drain <node name>`']
    expect(recommended('Run `kubectl drain <node name> --ignore-daemonsets`', mustNot)).toEqual([])
    expect(recommended('Run `kubectl drain <node name>`', mustNot)).toEqual(mustNot)
  })
})
