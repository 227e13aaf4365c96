import { isRuleFile } from './prometheus-rules.ts'

export type Format =
  | 'markdown'
  | 'mdx'
  | 'restructured-text'
  | 'asciidoc'
  | 'plain-text'
  | 'html'
  | 'notebook'
  | 'openapi'
  | 'prometheus-rules'
  | 'configuration'

const byEnding: Readonly<Record<string, Format>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdx: 'mdx',
  rst: 'restructured-text',
  adoc: 'asciidoc',
  asciidoc: 'asciidoc',
  asc: 'asciidoc',
  txt: 'plain-text',
  html: 'html',
  htm: 'html',
  ipynb: 'notebook',
}

/** By the name's ending, and for YAML and JSON by what is inside; a name that says nothing is Markdown. */
export function formatOf(path: string, text: string): Format {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  if (ending !== 'yaml' && ending !== 'yml' && ending !== 'json') return byEnding[ending] ?? 'markdown'
  if (isOpenApi(text)) return 'openapi'
  return ending !== 'json' && isRuleFile(text) ? 'prometheus-rules' : 'configuration'
}

function isOpenApi(text: string): boolean {
  const head = text.slice(0, 4000)
  return (
    /^\s*["']?(?:openapi|swagger)["']?\s*:\s*["']?[123]\./m.test(head) ||
    /^\s*\{\s*"(?:openapi|swagger)"\s*:/.test(head)
  )
}
