import picomatch from 'picomatch'

/** Endings of the formats that we can read; YAML and JSON count only when they turn out to be rules or API descriptions. */
const formats = /\.(?:md|markdown|mdown|mkdn?|mdx|rst|adoc|asciidoc|txt|text|html?|ipynb|ya?ml|json)$|(?:^|\/)README$/i

/** Files of tools that end like documents and never are any. */
const toolFiles =
  /(?:^|\/)(?:package(?:-lock)?\.json|composer\.json|tsconfig(?:\.[^/]*)?\.json|pnpm-lock\.yaml|requirements[^/]*\.txt|CMakeLists\.txt|robots\.txt)$/i

const otherPeoplesFolders = /^(?:node_modules|bower_components|__pycache__|venv|site-packages|third_party)$/

export interface Selection {
  /** Whether a file with this path, relative to the source's root, is one of ours. */
  takes(path: string): boolean
  /** Whether there is any use in looking into this folder. */
  enters(folder: string): boolean
}

/**
 * What of a tree of files is read. Without `include`: every format that we know, outside of hidden and installed
 * folders. Patterns are globs over the path from the root; one without a `/` fits the name alone; hidden files and
 * folders are taken when a pattern of `include` names them with their dot.
 */
export function selection(include: readonly string[], exclude: readonly string[]): Selection {
  const included = include.length === 0 ? undefined : picomatch(include.map(widened))
  const excluded = exclude.length === 0 ? undefined : picomatch(exclude.map(widened), { dot: true })
  const wantsHidden = include.some((pattern) => /(?:^|[/{,(])\.[^./]/.test(pattern))
  return {
    takes(path) {
      if (excluded?.(path) === true || !formats.test(path) || toolFiles.test(path)) return false
      const folders = path.split('/').slice(0, -1)
      if (folders.some((name) => otherPeoplesFolders.test(name))) return false
      return included === undefined ? !path.split('/').some((name) => name.startsWith('.')) : included(path)
    },
    enters(folder) {
      const name = folder.slice(folder.lastIndexOf('/') + 1)
      if (name === '.git' || otherPeoplesFolders.test(name)) return false
      return wantsHidden || !name.startsWith('.')
    },
  }
}

function widened(pattern: string): string {
  const rooted = pattern.replace(/^\.?\//, '')
  const whole = rooted.endsWith('/') ? `${rooted}**` : rooted
  return pattern.includes('/') ? whole : `**/${whole}`
}
