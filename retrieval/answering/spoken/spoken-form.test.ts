import { describe, expect, it } from 'vitest'
import { tellsOfItself } from '../about-itself.ts'
import { answeringOver, type Section } from '../wiki.fake.ts'

const table =
  'This page is about backups.\n\n| kind | kept | where |\n| --- | --- | --- |\n| full | 35 days | Osaka |\n| differential | 7 days | Osaka |\n| write-ahead log | 2 days | Tokyo |\n| snapshots | 14 days | Tokyo |'
const backups: Section = { title: 'Backups', heading: 'How long backups are kept', text: table }

async function spoken(section: Section, question: string, shownOn?: 'page' | 'slack' | 'nowhere'): Promise<string> {
  return (await answeringOver([section]).answer({ text: question, mode: 'spoken', shownOn })).spoken
}

describe('what is said of a table', () => {
  it('is its first rows by their columns, and that there are more, where the question singles none out', async () => {
    expect(await spoken(backups, 'How long are backups kept?')).toBe(
      'Edited 4 weeks ago. full: kept 35 days, where: Osaka. differential: kept 7 days, where: Osaka. write-ahead log: kept 2 days, where: Tokyo. The rest is on the page.',
    )
  })

  it('is the row that the question names', async () => {
    expect(await spoken(backups, 'How long are differential backups kept?')).toBe(
      'Edited 4 weeks ago. differential: kept 7 days, where: Osaka.',
    )
  })

  it('is the row that a follow-up names, not the one of the question before', async () => {
    const over = answeringOver([backups])
    const { conversationId } = await over.answer({ text: 'How long are full backups kept?', mode: 'spoken' })
    const followUp = await over.answer({ text: 'and the differential ones?', mode: 'spoken', conversationId })
    expect(followUp.spoken).toBe('Edited 4 weeks ago. differential: kept 7 days, where: Osaka.')
  })

  it('is the same of an AsciiDoc table, a cell a line', async () => {
    const text =
      '|===\n|Kind |Kept |Where\n\n|`full`\n|35 days\n|Osaka\n\n|`differential`\n|7 days\n|Osaka\n\n|`snapshots`\n|14 days\n|Tokyo\n|==='
    expect(await spoken({ ...backups, text }, 'How long are differential backups kept?')).toContain(
      'differential: Kept 7 days, Where: Osaka.',
    )
  })
})

describe('what is said of a procedure', () => {
  const promote = 'patronictl -c /etc/patroni/ledger.yml failover ledger --candidate ledger-db-02 --force'
  const failover: Section = {
    title: 'Ledger failover',
    heading: 'Unplanned failover',
    text: `Patroni does this alone in 30 seconds. Only when it does not:\n\n\`\`\`bash\n${promote}\n\`\`\`\n\nNever name \`ledger-db-03\` as the candidate.`,
  }

  it('begins with what must not be done, keeps its condition, and leaves a long command to be read', async () => {
    expect(await spoken(failover, 'How do I fail over the ledger?')).toBe(
      'Edited 4 weeks ago. This is under "Unplanned failover". Never name ledger-db-03 as the candidate. Patroni does this alone in 30 seconds. Only when it does not: the command is long; it is on the page.',
    )
  })

  it('is told apart from another by its heading, where that says more than the question and the title', async () => {
    const steps = 'Only the commander decides.\n\n1. Freeze both hosts.\n2. Move the name.'
    const losing = { title: 'Ledger failover', heading: 'Losing Tokyo', text: steps }
    const named = 'This is under "Losing Tokyo". Only the commander decides. First step: Freeze both hosts.'
    expect(await spoken(losing, 'How do I fail over the ledger?')).toContain(named)
    expect(await spoken(losing, 'How do I fail over when losing Tokyo?')).not.toContain('This is under')
    expect(
      await spoken({ ...losing, heading: 'Steps of the failover' }, 'How do I fail over the ledger?'),
    ).not.toContain('This is under')
    const ja = {
      title: '台帳の切り替え',
      heading: '東京を失ったとき',
      text: '1. 両方のホストを止める。\n2. 名前を移す。',
    }
    expect(await spoken(ja, '台帳を切り替える手順は？')).toContain('「東京を失ったとき」の節です。最初の手順：')
  })

  it('says where a long command is only as far as there is such a place', async () => {
    expect(await spoken(failover, 'How do I fail over the ledger?', 'slack')).toContain('it is in Slack')
    expect(await spoken(failover, 'How do I fail over the ledger?', 'nowhere')).toContain('I can spell it')
  })

  it('is the first of its steps and how many there are', async () => {
    const text = 'Only on call may do this.\n\n1. Drain the node.\n2. Reboot it.\n3. Uncordon it.'
    expect(await spoken({ title: 'Nodes', heading: 'Reboot a node', text }, 'How do I reboot a node?')).toBe(
      'Edited 4 weeks ago. Only on call may do this. First step: Drain the node. There are three steps; say "next" for the rest.',
    )
  })
})

it.each([
  ['Three do not; this page is about those.', true],
  ['Replaces the 2023 page.', true],
  ['旧英語版は2023年のもので、内容が変わっている。こちらが正。', true],
  ['Restart the pod, then see that it is ready.', false],
  ['Writes pause for 5 to 12 seconds.', false],
  ['保持は35日。', false],
] as const)('tells what speaks of its page from what answers: %s', (text, of) => {
  expect(tellsOfItself(text)).toBe(of)
})
