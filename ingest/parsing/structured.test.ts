import { describe, expect, it } from 'vitest'
import { parsedDocument, parsedEntry, shape } from './parse.fake.ts'

const rules = `groups:
  - name: disk
    rules:
      # when it is nearly full
      - alert: DiskFull
        expr: |
          # a comment in the query
          disk_used > 90

        for: 5m
        labels:
          severity: warning
        annotations:
          summary: "Disk of {{ $labels.instance }} is full."
          description: >-
            It has
            {{ $value }} left.
          runbook_url: https://wiki/disk

      - expr: disk_used > 95
        alert: DiskFull
        labels: { severity: critical }
      - record: job:disk:sum
        expr: sum(disk) by (job)
      - record: job:disk:max
        expr: max(disk) by (job)
`

describe('Prometheus rules', () => {
  it('are one document for each alert, with the lines of its rules', () => {
    const [alert, recording] = parsedEntry('rules/disk.yaml', rules).documents
    expect(alert).toMatchObject({
      part: 'DiskFull',
      kind: 'alert',
      title: 'DiskFull',
      summary: 'Disk of instance is full. It has value left.',
    })
    expect(alert?.blocks.map(({ heading, kind, fromLine, toLine }) => [heading, kind, fromLine, toLine])).toEqual([
      [['DiskFull'], 'fields', 5, 18],
      [['DiskFull'], 'fields', 20, 22],
    ])
    expect(alert?.blocks[1]?.text).toBe(
      '      - expr: disk_used > 95\n        alert: DiskFull\n        labels: { severity: critical }',
    )
    expect(recording).toMatchObject({ part: 'recording rules', title: 'disk: recording rules' })
    expect(recording?.blocks.map(({ heading }) => heading)).toEqual([['disk'], ['disk']])
  })

  it('may be wrapped as a Kubernetes resource', () => {
    const wrapped = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: x\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: A\n      expr: up == 0\n    - alert: 'B'\n      expr: up == 0 # twice\n`
    const { documents } = parsedEntry('rule.yaml', wrapped)
    expect(documents.map(({ part }) => part)).toEqual(['A', 'B'])
    expect(documents[1]?.blocks[0]?.text).toBe("    - alert: 'B'\n      expr: up == 0 # twice")
  })

  it('may be templated, so that they are no valid YAML', () => {
    const templated = `{{- $alert := "ZoneSpread" -}}
{{- if not (has $alert .excludeRules) -}}
alert: {{ $alert }}
annotations:
  summary: Instances in one zone.
expr: |
  {{ .Values.instances }} > 3
for: 5m
labels:
  severity: warning
{{- range $key, $val := .additionalLabels }}
  {{ $key }}: {{ $val | quote }}
{{- end }}
{{- end -}}
`
    const entry = parsedEntry('prometheus_rules/zone.yaml', templated)
    expect(entry.warnings).toEqual([])
    expect(entry.documents.map(({ title }) => title)).toEqual(['ZoneSpread'])
    const [block] = entry.documents[0]?.blocks ?? []
    expect([block?.fromLine, block?.toLine]).toEqual([3, 10])
    expect(block?.text).toMatch(/^alert: \{\{ \$alert \}\}\n[\s\S]*severity: warning$/)
  })

  it('that are malformed are read by their lines, with a warning', () => {
    const entry = parsedEntry(
      'ops/bad.yaml',
      'groups:\n- rules:\n  - alert: A\n    expr: "up\n  - alert: B\n    expr: up\n',
    )
    expect(entry.documents.map(({ title }) => title)).toEqual(['A', 'B'])
    expect(entry.warnings.join()).toMatch(/^ops\/bad\.yaml: it is not valid YAML \(line \d+/)
  })
})

describe('an API description', () => {
  const yaml = `openapi: 3.0.1
info:
  title: Pager API
  description: Pages people at night.
paths:
  /pages:
    parameters:
      - name: x
    get:
      summary: List pages
      responses:
        "200": { description: ok }
    post:
      summary: "Page somebody"
components:
  schemas:
    Page:
      type: object
`

  it('is one document with a section for each operation and schema', () => {
    const document = parsedDocument('api.yaml', yaml)
    expect(document).toMatchObject({ kind: 'api', title: 'Pager API', summary: 'Pages people at night.' })
    expect(document.blocks.map(({ heading, fromLine, toLine }) => [heading, fromLine, toLine])).toEqual([
      [[], 1, 1],
      [[], 2, 4],
      [['GET /pages: List pages'], 6, 12],
      [['POST /pages: Page somebody'], 13, 14],
      [['schemas Page'], 17, 18],
    ])
  })

  it('may be JSON, also on one line', () => {
    const json = {
      openapi: '3.1.0',
      info: { title: 'J' },
      paths: { '/a': { get: { summary: 'Get a', description: 'x'.repeat(900) } } },
    }
    for (const text of [JSON.stringify(json, null, 2), JSON.stringify(json)]) {
      const document = parsedDocument('api.json', text)
      expect(document.title).toBe('J')
      expect(document.blocks.map(({ heading }) => heading).at(-1)).toEqual(['GET /a: Get a'])
    }
  })
})

describe('a notebook', () => {
  const notebook = `{
 "cells": [
  {
   "cell_type": "markdown",
   "source": [
    "# Capacity\\n",
    "\\n",
    "How much is left.\\n"
   ]
  },
  {
   "cell_type": "code",
   "outputs": [{"text": ["How much is left.\\n"]}],
   "source": [
    "import os\\n",
    "print(1)"
   ]
  },
  {"cell_type": "markdown", "source": "## Next\\n\\n- one\\n- \\u4e8c"}
 ]
}
`

  it('is its Markdown and its code, with the lines of the file', () => {
    const document = parsedDocument('a.ipynb', notebook)
    expect(document.title).toBe('Capacity')
    expect(shape(document.blocks)).toEqual([
      ['', 'paragraph', 'How much is left.'],
      ['', 'code', '```\nimport os\nprint(1)\n```'],
      ['Next', 'list', '- one\n- 二'],
    ])
    expect(document.blocks.map(({ fromLine, toLine }) => [fromLine, toLine])).toEqual([
      [8, 8],
      [15, 16],
      [19, 19],
    ])
  })

  it('that is malformed is text, with a warning', () => {
    const entry = parsedEntry('ops/a.ipynb', '{"cells": [{"cell_type": "markdown", "sour')
    expect(entry.documents[0]?.blocks[0]?.text).toContain('"cell_type"')
    expect(entry.warnings).toEqual(['ops/a.ipynb: it is not a valid notebook, so it was read as text.'])
  })
})

describe('other YAML and JSON', () => {
  it('is code, with a section for each Kubernetes resource', () => {
    const document = parsedDocument(
      'k8s/app.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    name: no\n  name: app\n---\nkind: List\nitems: []\n',
    )
    expect(document.title).toBe('app')
    expect(document.blocks.map(({ heading, kind, fromLine }) => [heading, kind, fromLine])).toEqual([
      [['ConfigMap app'], 'code', 1],
      [['List'], 'code', 8],
    ])
  })

  it.each([
    ['bad.yaml', 'a: [1\nb: 2\n', /^bad\.yaml: it is not valid YAML/],
    ['bad.json', '{"a": 1,\n', /^bad\.json: it is not valid JSON/],
    ['deep.json', '['.repeat(100_000), /^deep\.json: it is not valid JSON/],
  ])('that is malformed is still text, with a warning: %s', (path, text, warning) => {
    const entry = parsedEntry(path, text)
    expect(entry.documents[0]?.blocks.length).toBeGreaterThan(0)
    expect(entry.warnings.join()).toMatch(warning)
  })
})

describe('plain text', () => {
  it('has paragraphs, lists, code and underlined headings', () => {
    const document = parsedDocument(
      'a.txt',
      'Backup notes\n============\n\nNightly.\n\n  - at 02:00\n  - to S3\n\n1. restore\n\n2. check\n\n    pg_restore -d x\n',
    )
    expect(document.title).toBe('Backup notes')
    expect(shape(document.blocks)).toEqual([
      ['', 'paragraph', 'Nightly.'],
      ['', 'list', '  - at 02:00\n  - to S3'],
      ['', 'ordered-list', '1. restore\n\n2. check\n\n    pg_restore -d x'],
    ])
  })

  it('is read as Markdown where it is Markdown', () => {
    expect(parsedDocument('a.txt', '# T\n\n## S\n\nx').blocks[0]?.heading).toEqual(['S'])
  })
})

describe('hostile documents', () => {
  it.each([
    ['a.md', '- '.repeat(100_000)],
    ['a.md', '['.repeat(100_000)],
    ['a.md', '> '.repeat(100_000)],
    ['a.md', '{{< note >}}\n'.repeat(20_000)],
    ['a.md', '<!-- \n'.repeat(20_000)],
    ['a.md', `# ${'`a'.repeat(100_000)}`],
    ['a.rst', '.. note::\n\n'.repeat(10_000)],
    ['a.adoc', Array.from({ length: 20_000 }, (_, at) => `\`\`\`a${at}`).join('\n')],
    ['a.html', '<script>'.repeat(50_000)],
    ['a.html', '<table><tr><td>'.repeat(20_000)],
    ['a.yaml', `kind: A\nmetadata:\n${'  b: c\n'.repeat(20_000)}`],
    [
      'a.yaml',
      `a: &a [x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *a]`).join('\n')}`,
    ],
    ['a.txt', 'x'.repeat(5_000_000)],
  ])('are read to their end: %s', (path, content) => {
    expect(parsedEntry(path, content).text.length).toBeGreaterThanOrEqual(0)
  })
})
