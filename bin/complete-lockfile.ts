/**
 * Run after every `npm install`: enters into package-lock.json what npm left out of it. A registry mirror may not hold
 * the binaries for other platforms; npm then drops them from the lockfile, and `npm ci` refuses what is left. An entry
 * needs no more than the version and the platform: npm skips it elsewhere and fetches it by its version where it fits.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

const Entry = z.object({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
const Lockfile = z.object({ packages: z.record(z.string(), Entry) })
export type Lockfile = z.infer<typeof Lockfile>

interface PlatformEntry {
  version: string
  optional: true
  dev?: true
  os: string[]
  cpu?: string[]
  libc?: string[]
}

/** Optional packages that the lockfile asks for and does not hold, by their place in it. */
export function missingPlatforms({ packages }: Lockfile): Map<string, PlatformEntry> {
  const missing = new Map<string, PlatformEntry>()
  for (const [place, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const platform = platformOf(name)
      if (platform === undefined || !/^\d/.test(version) || isHeld(packages, place, name)) continue
      missing.set(`node_modules/${name}`, {
        version,
        optional: true,
        ...(dev === true ? { dev: true } : {}),
        ...platform,
      })
    }
  }
  return missing
}

const systems = /\b(aix|android|darwin|freebsd|linux|openharmony|sunos|win32)\b/
const processors = /\b(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64)\b/

/** `@oxlint/binding-linux-arm64-musl` says it all; undefined when a name says nothing of a platform. */
function platformOf(name: string): Pick<PlatformEntry, 'os' | 'cpu' | 'libc'> | undefined {
  const system = systems.exec(name)?.[1]
  const processor = processors.exec(name)?.[1]
  if (system === undefined || processor === undefined) return undefined
  const musl = /musl/.test(name)
  const libc = system === 'linux' ? { libc: [musl ? 'musl' : 'glibc'] } : {}
  return { os: [system], cpu: [processor], ...libc }
}

/** Where Node would look for it: beside the package that asks, then further out. */
function isHeld(packages: Lockfile['packages'], place: string, name: string): boolean {
  for (let at = place; ; at = at.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true
    if (at === '') return false
  }
}

export function parseLockfile(json: string): Lockfile {
  return Lockfile.parse(JSON.parse(json))
}

const Untouched = z.record(z.string(), z.unknown())

function complete(file: string): number {
  const json = readFileSync(file, 'utf8')
  const missing = missingPlatforms(parseLockfile(json))
  const lock = Untouched.parse(JSON.parse(json))
  const packages = Object.entries({ ...Untouched.parse(lock.packages), ...Object.fromEntries(missing) })
  // npm's own order, so that its next change makes a small difference only.
  packages.sort(([a], [b]) => a.localeCompare(b, 'en'))
  if (missing.size > 0) {
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`)
  }
  return missing.size
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const added = complete(join(import.meta.dirname, '..', 'package-lock.json'))
  process.stdout.write(`${added} entries for other platforms added to package-lock.json\n`)
}
