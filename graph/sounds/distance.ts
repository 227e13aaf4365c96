/** How near two sounds are that can be taken for each other; a pair that isn't listed costs 1. */
const pairs = new Map<string, number>()

function near(cost: number, ...groups: readonly string[]): void {
  for (const group of groups)
    for (const one of group)
      for (const other of group) {
        const pair = one + other
        if (one !== other) pairs.set(pair, Math.min(cost, pairs.get(pair) ?? 1))
      }
}

const vowels = 'iIeaAouVEYWQ@'
near(0.4, vowels)
near(0.25, 'iI', 'Ie', 'eE', 'ea', 'aA', 'AV', 'Vu', 'Ao', 'ou', 'aV', 'YI', 'Yi', 'aE', 'Wo', 'WA', 'eI')
for (const vowel of vowels) near(0.15, `@${vowel}`)
near(0.1, 'iI', 'AV')
near(0.6, 'ptk', 'bdg', 'fTsS', 'vDzZ', 'mnN', 'lr', 'lw', 'rw', 'hf', 'nl', 'dr', 'dn', 'bv', 'pb', 'tT', 'dD', 'kh')
near(
  0.35,
  'pb',
  'td',
  'kg',
  'fv',
  'TD',
  'sz',
  'SZ',
  'CJ',
  'fT',
  'vD',
  'mn',
  'nN',
  'sS',
  'zZ',
  'ZJ',
  'SC',
  'bv',
  'td',
  'lr',
  'Tt',
  'Dd',
  'sT',
  'zD',
  'yi',
  'yI',
  'wu',
  'sc',
  'tc',
  'cC',
)
near(0.2, 'TD', 'sz', 'JZ')

function weightOf(sound: string): number {
  if (sound === '@') return 0.3
  if (vowels.includes(sound)) return 0.45
  if (sound === 'y' || sound === 'w' || sound === 'h') return 0.35
  return sound === 'r' || sound === 'N' ? 0.6 : 0.9
}

const size = 128
const weights = Float32Array.from({ length: size }, (_, code) => weightOf(String.fromCharCode(code)))
const costs = new Float32Array(size * size).fill(1)
for (let code = 0; code < size; code++) costs[code * size + code] = 0
for (const [pair, cost] of pairs) costs[pair.charCodeAt(0) * size + pair.charCodeAt(1)] = cost

/** How much there is to be heard of it. */
export function loudness(sounds: string): number {
  let sum = 0
  for (let at = 0; at < sounds.length; at++) sum += weights[sounds.charCodeAt(at)] ?? 1
  return sum
}

const longest = 64
let above = new Float32Array(longest + 1)
let row = new Float32Array(longest + 1)

/**
 * What it takes to hear one as the other: a weighted edit distance.
 * @param most Beyond this the exact figure doesn't matter: Infinity is given.
 */
export function soundDistance(one: string, other: string, most: number): number {
  if (one === other) return 0
  if (one.length > longest || other.length > longest) return Number.POSITIVE_INFINITY
  const width = other.length
  above[0] = 0
  for (let at = 0; at < width; at++) above[at + 1] = (above[at] ?? 0) + (weights[other.charCodeAt(at)] ?? 1)
  for (let down = 0; down < one.length; down++) {
    const code = one.charCodeAt(down)
    const dropped = weights[code] ?? 1
    row[0] = (above[0] ?? 0) + dropped
    let least = row[0]
    for (let at = 0; at < width; at++) {
      const against = other.charCodeAt(at)
      const best = Math.min(
        (above[at] ?? 0) + (costs[code * size + against] ?? 1),
        (above[at + 1] ?? 0) + dropped,
        (row[at] ?? 0) + (weights[against] ?? 1),
      )
      row[at + 1] = best
      if (best < least) least = best
    }
    if (least > most) return Number.POSITIVE_INFINITY
    ;[above, row] = [row, above]
  }
  const distance = above[width] ?? 0
  return distance > most ? Number.POSITIVE_INFINITY : distance
}

/** Sounds that are heard twice at a joint are said once. */
export function joinedSounds(one: string, other: string): string {
  const last = one.at(-1)
  return last !== undefined && last === other[0] && !vowels.includes(last) ? one + other.slice(1) : one + other
}

/** Sounds that are told apart only by the voice, or hardly at all. */
const classes = new Map(
  ['pb', 'fv', 'tdTD', 'kg', 'szc', 'SZCJ', 'm', 'nN', 'l', 'r'].flatMap((alike) =>
    Array.from(alike, (sound) => [sound, alike.charAt(0)] as const),
  ),
)

/** What is left of it where it is heard badly: its consonants, by kind. Glides and vowels are lost first. */
export function skeletonOf(sounds: string): string {
  let skeleton = ''
  for (const sound of sounds) {
    const kind = classes.get(sound)
    if (kind !== undefined && !skeleton.endsWith(kind)) skeleton += kind
  }
  return skeleton
}
