const anyFolders = Symbol('**')
const anyLetters = Symbol('*')
const anyLetter = Symbol('?')

/** A letter that stands for itself, or any. */
type Token = string | typeof anyLetters | typeof anyLetter
type Part = readonly Token[] | typeof anyFolders

/**
 * Whether a path fits a pattern of a CODEOWNERS file: gitignore's rules as GitHub reads them. A pattern fits a file or
 * a folder with all that is in it; a last `*` alone fits only what lies directly in its folder. Patterns are other
 * people's, so no regular expression is made of them: the time is bounded by the lengths of both.
 */
export function ownersPattern(pattern: string): (path: string) => boolean {
  const isRooted = pattern.startsWith('/') || pattern.slice(0, -1).includes('/')
  const written = pattern.replace(/^\/+/, '').replace(/\/+$/, '').split('/')
  const folded = written.filter((part, at) => part !== '**' || written[at - 1] !== '**')
  const parts = (isRooted ? folded : ['**', ...folded]).map((part) => (part === '**' ? anyFolders : tokensOf(part)))
  const isFolder = pattern.endsWith('/')
  const isFlat = folded.length > 1 && folded.at(-1) === '*' && !isFolder
  return (path) => {
    const names = path.split('/')
    const ends = endsOf(parts, names)
    return isFlat ? ends.has(names.length) : [...ends].some((end) => end < names.length || !isFolder)
  }
}

/** After how many names of the path the whole pattern can be used up. */
function endsOf(parts: readonly Part[], names: readonly string[]): Set<number> {
  let ends = new Set([0])
  for (const [index, part] of parts.entries()) {
    const next = new Set<number>()
    for (const end of ends) {
      // `**` stands for any number of folders, at the end of the pattern for at least one name.
      if (part === anyFolders)
        for (let n = index === parts.length - 1 ? end + 1 : end; n <= names.length; n++) next.add(n)
      else if (fitsName(part, names[end])) next.add(end + 1)
    }
    ends = next
  }
  return ends
}

function fitsName(wanted: readonly Token[], name: string | undefined): boolean {
  if (name === undefined) return false
  const letters = Array.from(name)
  let [at, letter] = [0, 0]
  // Where to go on when a letter doesn't fit: the last star takes one letter more.
  let star: { at: number; letter: number } | undefined
  while (letter < letters.length) {
    const token = wanted[at]
    if (token === anyLetters) {
      star = { at: ++at, letter }
    } else if (token !== undefined && (token === anyLetter || token === letters[letter])) {
      at++
      letter++
    } else if (star !== undefined) {
      star = { at: star.at, letter: star.letter + 1 }
      at = star.at
      letter = star.letter
    } else return false
  }
  return wanted.slice(at).every((token) => token === anyLetters)
}

function tokensOf(part: string): Token[] {
  const tokens = part.match(/\\.|[\s\S]/gu) ?? []
  return tokens.map((token) => {
    if (token === '*') return anyLetters
    if (token === '?') return anyLetter
    return token.length > 1 && token.startsWith('\\') ? token.slice(1) : token
  })
}
