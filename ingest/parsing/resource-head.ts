import { frontMatterOf } from './front-matter.ts'

/** Comments and metadata stand at the top; nothing below is looked at. */
const longestHead = 40

/**
 * When a file of settings says that it was last changed: `# updated: 2026-04-02` above everything, or `updated` among the
 * `metadata` of a Kubernetes resource.
 */
export function statedInHead(lines: readonly string[]): Date | undefined {
  const fields: Record<string, string> = {}
  let above = true
  let inMetadata = false
  for (const line of lines.slice(0, longestHead)) {
    const isComment = line.startsWith('#')
    if (!isComment && /^\S/.test(line) && line.trim() !== '---') {
      above = false
      inMetadata = /^metadata:\s*$/.test(line)
    }
    if (isComment ? !above : !inMetadata) continue
    const [, key, value] = /^(?:#|\s)\s*["']?([\w-]+)["']?:\s+["']?([^"'#]+)/.exec(line) ?? []
    if (key !== undefined && value !== undefined) fields[key] ??= value.trim()
  }
  return frontMatterOf(fields).statedAt
}
