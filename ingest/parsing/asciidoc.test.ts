import { describe, expect, it } from 'vitest'
import { parsedDocument, shape } from './parse.fake.ts'

const blocks = (content: string) => shape(parsedDocument('a.adoc', content).blocks)

describe('AsciiDoc', () => {
  it('has a header and sections', () => {
    const content =
      '= Kafka Runbook\nJane Doe <jane@corp.test>\nv1.2, 2024-01-01\n:product: Kafka\n:page-owner: team-stream\n:description: How to run it.\n\nIntro.\n\n== Restart {product} [[restart]]\n\na\n\n=== `Check`\n\nb\n\n== End\n\nc\n'
    const document = parsedDocument('a.adoc', content)
    expect(document).toMatchObject({ title: 'Kafka Runbook', owners: ['team-stream'], summary: 'How to run it.' })
    expect(shape(document.blocks)).toEqual([
      ['', 'paragraph', 'Intro.'],
      ['Restart Kafka', 'paragraph', 'a'],
      ['Restart Kafka > Check', 'paragraph', 'b'],
      ['End', 'paragraph', 'c'],
    ])
  })

  it('keeps blocks whole, with their titles and attributes', () => {
    const parts = [
      ['admonition', '.Before\n[IMPORTANT]\n====\nAt night.\n\nTwice.\n===='],
      ['admonition', 'NOTE: short.'],
      ['admonition', '[WARNING]\nOne paragraph.'],
      ['ordered-list', '. First\n+\n[source,bash]\n----\nstop\n\nstart\n----\n. Second\n.. nested\n\n. Third'],
      ['list', '* one\n* two\n** three'],
      ['list', 'term:: its definition\nother:: more'],
      ['code', '[source,sh]\n----\nrun\n\nmore\n----'],
      ['code', '....\nliteral\n....'],
      ['code', '```sh\nfenced\n```'],
      ['table', '[cols="1,1"]\n|===\n|a |b\n\n|c |d\n|==='],
      ['quote', '____\nsaid\n____'],
    ]
    const content = `= T\n\n${parts.map(([, text]) => text).join('\n\ntext\n\n')}\n`
    expect(blocks(content).filter(([, , text]) => text !== 'text')).toEqual(
      parts.map(([kind, text]) => ['', kind, text]),
    )
  })

  it('leaves out comments, conditions and breaks', () => {
    const document = parsedDocument(
      'a.adoc',
      "= T\n\nifdef::x[]\none\nendif::[]\n\n'''\n\n//// \nhidden\n////\n\n// also hidden\n\ntwo\n",
    )
    expect(document.blocks.map(({ text }) => text).join('|')).toMatch(/^one\n?(?:endif::\[\])?\|two$/)
    expect(document.blocks.at(-1)?.hidden).toMatch(/hidden[\s\S]*also hidden/)
  })

  it('keeps a block that is never closed as text', () => {
    expect(blocks('= T\n\n----\nrun\n\ntext')).toEqual([
      ['', 'paragraph', '----\nrun'],
      ['', 'paragraph', 'text'],
    ])
  })
})
