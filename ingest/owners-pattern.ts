/**
 * Whether a path fits a pattern of a CODEOWNERS file: gitignore's rules as GitHub reads them. A pattern fits a file or
 * a folder with all that is in it; a last `*` alone fits only what lies directly in its folder.
 */
export function ownersPattern(pattern: string): (path: string) => boolean {
  const rooted = pattern.startsWith('/') || pattern.slice(0, -1).includes('/')
  const parts = pattern.replace(/^\/+/, '').replace(/\/+$/, '').split('/')
  const start = rooted || parts[0] === '**' ? '^' : '(?:^|.*/)'
  const last = parts.at(-1)
  const end = pattern.endsWith('/') ? '/.*' : last === '*' && parts.length > 1 ? '' : '(?:/.*)?'
  const expression = new RegExp(`${start}${partsAsExpression(parts)}${end}$`, 's')
  return (path) => expression.test(path)
}

function partsAsExpression(parts: readonly string[]): string {
  return parts
    .map((part, index) => {
      const isLast = index === parts.length - 1
      if (part === '**') return isLast ? '.*' : '(?:[^/]+/)*'
      return partAsExpression(part) + (isLast ? '' : '/')
    })
    .join('')
}

function partAsExpression(part: string): string {
  // `\x` stands for x itself; runs of stars within a name count as one, which also keeps matching fast.
  return part.replace(/\\(.)|\*+|\?|[^*?\\]/g, (token, escaped: string | undefined) => {
    if (escaped !== undefined) return quoted(escaped)
    if (token.startsWith('*')) return '[^/]*'
    return token === '?' ? '[^/]' : quoted(token)
  })
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
