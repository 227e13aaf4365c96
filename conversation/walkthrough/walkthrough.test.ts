import { describe, expect, it } from 'vitest'
import type { Answer } from '#knowledge/answer.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { askByLoop } from '../ask.ts'
import type { Command } from '../commands.ts'
import { answersIn, fakeParts, type Section, talk } from '../conversation.fake.ts'
import { loadPosition } from '../position.ts'
import { stepsOf } from './runbook-steps.ts'

const title = 'Ledger failover'
const runbook: readonly Section[] = [
  { title, heading: 'When to use', text: 'Use this when the primary is down.', owners: ['@data'] },
  {
    title,
    heading: 'Check first',
    text: 'Look at the cluster:\n\n```bash\npatronictl list\n```\n\nYou want to see exactly one `Leader`. If two hosts claim to be leader, go to [Split brain](#split-brain).',
  },
  {
    title,
    heading: 'Switch over',
    text: 'Announce it before you begin.\n\n1. Put up the banner.\n2. Switch:\n\n   ```bash\n   patronictl switchover ledger\n   ```\n\n3. Remove the old data: `rm -rf /var/lib/old`\n4. Check that `lag` is 0 on the new leader.',
  },
  { title, heading: 'Split brain', text: '1. Power off the host with the lower timeline.\n2. Compare the timelines.' },
]
const runbookJa: readonly Section[] = [
  { title: 'DNS切替', heading: '手順', text: '1. TTLを30秒に下げる。\n2. レコードを変更する。\n3. 反映を確認する。' },
]

async function walk(sections: readonly Section[], ...said: string[]): Promise<Answer[]> {
  return answersIn(await talk(fakeParts(sections), said))
}

const begin = 'walk me through the switch over of ledger failover'

describe('steps of a runbook', () => {
  const passages = (sections: readonly Section[]) =>
    sections.map((section, ordinal) => ({
      id: `r#${ordinal}`,
      documentId: 'r',
      ordinal,
      heading: [section.heading ?? ''],
      lang: 'en' as const,
      kind: 'steps' as const,
      text: section.text,
      fromLine: 1,
      toLine: 1,
      editedAt: new Date(0),
      context: '',
      suspicious: false,
    }))

  it('are items of numbered lists and code with the words before it, each as it stands in the runbook', () => {
    const steps = stepsOf(passages(runbook))
    expect(steps.map(({ section }) => section)).toEqual([
      'Check first',
      ...Array(4).fill('Switch over'),
      ...Array(2).fill('Split brain'),
    ])
    for (const step of steps) expect(runbook.some(({ text }) => text.includes(step.quote))).toBe(true)
    expect(steps[2]?.text).toBe('Switch:\n\n```bash\npatronictl switchover ledger\n```')
  })

  it('know what should be seen, where to go otherwise, and what cannot be undone', () => {
    const steps = stepsOf(passages(runbook))
    expect(steps[0]).toMatchObject({
      expected: 'You want to see exactly one `Leader`.',
      branches: [{ section: 'Split brain' }],
    })
    expect(steps.map(({ destructive }) => destructive)).toEqual([false, false, false, true, false, false, false])
    expect(steps[1]?.intro.map(({ quote }) => quote)).toEqual(['Announce it before you begin.'])
  })

  it('are plain words where a branch leads to them, and nowhere else', () => {
    const [check, words] = stepsOf(
      passages([
        { heading: 'Check', text: '1. Check the disk. If it is full, go to [Full](#full).' },
        { heading: 'Full', text: 'Call the storage team.' },
        { heading: 'Notes', text: 'Disks are large.' },
      ]),
    )
    expect([check?.section, words?.section, words?.text]).toEqual(['Check', 'Full', 'Call the storage team.'])
  })

  it('are found in AsciiDoc too', () => {
    const [one, two] = stepsOf(
      passages([{ heading: 'Renew', text: '. Ask for it:\n+\n----\ncertctl renew\n----\n. Check it.' }]),
    )
    expect(one?.text).toContain('certctl renew')
    expect(two?.text).toBe('Check it.')
  })
})

describe('walking through a runbook', () => {
  it('reads one step at a time, forward and back, each citing its words', async () => {
    const [one, two, back, again] = await walk(runbook, begin, 'next', 'go back', 'repeat that')
    expect(one?.answer).toContain('Step one of four.')
    expect(one?.answer).toContain('Announce it before you begin. [1]')
    expect(one?.answer).toContain('Put up the banner. [1]')
    expect(two?.answer).toContain('patronictl switchover ledger')
    expect(back?.answer).toContain('Put up the banner')
    expect(again?.answer).toContain('Put up the banner')
    for (const answer of [one, two, back, again]) {
      expect(answer?.citations).toHaveLength(1)
      expect(runbook[2]?.text).toContain(answer?.citations[0]?.quote)
    }
  })

  it('reads an irreversible command only after a yes, also when told to go on', async () => {
    const answers = await walk(runbook, begin, 'done', 'done', 'next', 'yes', 'next')
    expect(answers[2]?.answer).toContain('cannot be undone')
    expect(answers[2]?.answer).not.toContain('rm -rf')
    expect(answers[3]?.answer).not.toContain('rm -rf')
    expect(answers[4]?.answer).toContain('rm -rf /var/lib/old')
    expect(answers[4]?.warnings.map(({ code }) => code)).toContain('destructive_command')
    expect(answers[5]?.answer).toContain('Check that')
  })

  it('passes over an irreversible step that is skipped, and counts it in the end', async () => {
    const answers = await walk(runbook, begin, 'next', 'next', 'skip it', 'done')
    expect(answers[3]?.answer).toContain('Check that')
    expect(answers[4]?.answer).toBe('That was the last step of Ledger failover. One step was skipped.')
    expect(answers.map(({ answer }) => answer).join()).not.toContain('rm -rf')
  })

  it('says what the step should show, and where we are', async () => {
    const [, expected, where] = await walk(
      runbook,
      'walk me through ledger failover check first',
      'what was the expected output?',
      'where are we?',
    )
    expect(expected?.answer).toBe('You want to see exactly one `Leader`. [1]')
    expect(where?.answer).toContain('Check first')
  })

  it('follows a branch of the runbook and comes back behind it', async () => {
    const answers = await walk(runbook, 'walk me through ledger failover', 'yes', 'next', 'next')
    expect(answers[0]?.answer).toContain('say "yes" and I go to Split brain')
    expect(answers[1]?.answer).toContain('Power off the host')
    expect(answers[2]?.answer).toContain('Compare the timelines')
    expect(answers[3]?.answer).toContain('Back to Switch over')
  })

  it('keeps the place while a question is answered, and on another channel', async () => {
    const parts = fakeParts(runbook)
    const [first] = answersIn(await talk(parts, [begin, 'next', 'Where does the primary stand in this?']))
    const [next] = answersIn(await talk(parts, ['next'], { conversationId: first?.conversationId, mode: 'spoken' }))
    expect(next?.answer).toContain('cannot be undone')
  })

  it('finds its place again when the runbook was edited meanwhile', async () => {
    const parts = fakeParts(runbook)
    const [first] = answersIn(await talk(parts, [begin, 'next']))
    const edited = runbook.map((section) =>
      section.heading === 'Switch over'
        ? {
            ...section,
            text: section.text.replace('1. Put', '1. Tell finance.\n2. Put').replace('2. Switch', '3. Switch'),
          }
        : section,
    )
    const conversationId = first?.conversationId
    const [again] = answersIn(
      await talk({ ...fakeParts(edited), conversations: parts.conversations }, ['where are we'], { conversationId }),
    )
    expect(again?.answer).toMatch(/Switch over|changed since/)
  })

  it('stops when told to and goes on from there', async () => {
    const [, , on] = await walk(runbook, begin, 'stop', 'next')
    expect(on?.answer).toContain('Put up the banner')
  })

  it('speaks Japanese', async () => {
    const answers = await walk(runbookJa, 'DNS切替の手順を順番に案内して', '次', 'もう一度', '次へ進んで', 'できました')
    expect(answers[0]?.answer).toContain('全三ステップの一番目です。')
    expect(answers[1]?.answer).toContain('レコードを変更する')
    expect(answers[2]?.answer).toContain('レコードを変更する')
    expect(answers[3]?.answer).toContain('反映を確認する')
    expect(answers[4]?.answer).toContain('最後のステップでした')
  })

  it('says so when there is no such runbook', async () => {
    const [answer] = await walk(runbook, 'walk me through brewing coffee')
    expect(answer).toMatchObject({ abstained: true, citations: [] })
  })
})

describe('what became of the steps', () => {
  const ongoing = new AbortController().signal
  const heard = async (parts: ReturnType<typeof fakeParts>, command: Command, conversationId?: string) => {
    const ask = askByLoop(parts)
    const question = { text: command.name, mode: 'text' as const, principal: localPrincipal, conversationId, command }
    const last = (await Array.fromAsync(ask(question, ongoing))).at(-1)
    return last?.kind === 'done' ? last.answer : undefined
  }

  it('is kept with who said so and when, after the walk is over too', async () => {
    const parts = fakeParts(runbook)
    const begun = await heard(parts, { name: 'walk', about: 'Split brain', documentId: 'ledger-failover.md' })
    expect(begun?.answer).toContain('Power off the host')
    const id = begun?.conversationId ?? ''
    await heard(parts, { name: 'problem', about: '', by: 'ann' }, id)
    await heard(parts, { name: 'done', about: '', by: 'bob' }, id)
    await heard(parts, { name: 'skip', about: '' }, id)
    const whose = { conversationId: id, principal: localPrincipal.name }
    const position = await loadPosition(parts, whose, ongoing)
    expect(position.walk).toBeUndefined()
    expect(position.walked?.map(({ step, outcome, by }) => [step, outcome, by])).toEqual([
      [1, 'problem', 'ann'],
      [1, 'done', 'bob'],
      [2, 'skipped', 'local'],
    ])
    expect(position.walked?.[0]?.at).toEqual(parts.clock.now())
  })

  it('is told of a runbook that was chosen by its id, and not of one that is not there', async () => {
    const parts = fakeParts(runbook)
    const answer = await heard(parts, { name: 'walk', about: '', documentId: 'nowhere.md' })
    expect(answer?.abstained).toBe(true)
  })
})
