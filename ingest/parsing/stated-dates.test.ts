import { describe, expect, it } from 'vitest'
import { prepareEntry } from '../index-entry.ts'
import { parsedEntry, rawEntry } from './parse.fake.ts'

const day = '2024-11-06'
const notebook = {
  metadata: { updated: day },
  cells: [{ cell_type: 'markdown', source: ['# Peak\n', '\n', 'Add nodes before December.\n'] }],
}
const pages: Readonly<Record<string, string>> = {
  'page.md': `---\nupdated: ${day}\n---\n\n# Redis\n\nFail over by hand.\n`,
  'hugo.md': `+++\nlastmod = ${day}\n+++\n\n# Redis\n\nFail over by hand.\n`,
  'page.mdx': `---\nlast_updated: "${day}"\n---\n\n# Redis\n\nFail over by hand.\n`,
  'page.adoc': `= Redis\n:updated: ${day}\n\nFail over by hand.\n`,
  'page.rst': `Redis\n=====\n\n:updated: ${day}\n\nFail over by hand.\n`,
  'page.html': `<html><head><meta name="updated" content="${day}"></head><body><h1>Redis</h1><p>Fail over.</p></body></html>`,
  'rules.yaml': `# updated: ${day}\ngroups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up == 0\n`,
  'resource.yaml': `kind: PrometheusRule\nmetadata:\n  annotations:\n    updated: "${day}"\nspec:\n  groups:\n    - name: g\n      rules:\n        - alert: A\n          expr: up == 0\n`,
  'api.yaml': `openapi: 3.1.0\ninfo:\n  title: Payments\n  x-updated: ${day}\npaths:\n  /charges:\n    get:\n      summary: List charges\n`,
  'notebook.ipynb': JSON.stringify(notebook, null, 1),
}

describe('the date that a document states', () => {
  it.each(Object.entries(pages))('is read from %s', (path, content) => {
    expect(parsedEntry(path, content).documents.map(({ statedAt }) => statedAt)).toEqual([new Date(day)])
  })

  it('is none where `updated` stands among what the file configures', () => {
    const config = 'spec:\n  status:\n    updated: 2024-11-06\n'
    expect(parsedEntry('config.yaml', config).documents[0]?.statedAt).toBeUndefined()
  })

  const dates = (stated: string, statedUntil: Date | undefined) => {
    const raw = {
      ...rawEntry('page.md', `---\nupdated: ${stated}\n---\n\n# Redis\n\nFail over by hand.\n`),
      statedUntil,
    }
    const [prepared] = prepareEntry(raw, { id: 'docs', audience: [] }).documents
    return [prepared?.document.editedAt, ...(prepared?.passages.map(({ editedAt }) => editedAt) ?? [])]
  }
  const today = new Date('2025-06-01')
  const copied = rawEntry('page.md', '').editedAt

  it('dates the document and its passages where the source knows that of a copy only', () => {
    expect(dates(day, today)).toEqual([new Date(day), new Date(day)])
  })

  it('says nothing where the source knows better', () => {
    expect(dates(day, undefined)).toEqual([copied, copied])
  })

  it('says nothing when it lies in the future', () => {
    expect(dates('2031-01-01', today)).toEqual([copied, copied])
  })
})
