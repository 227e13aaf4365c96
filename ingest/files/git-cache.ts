import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

/** Remembers on disk what was dear to find out. Whatever is wrong with a remembered thing, it is just found out again. */
export interface DiskCache {
  get<Value>(key: readonly string[], shape: z.ZodType<Value>): Promise<Value | undefined>
  put(key: readonly string[], value: unknown): Promise<void>
}

/** @param folder Absent: remembers nothing. */
export function diskCache(folder: string | undefined): DiskCache {
  if (folder === undefined) return { get: async () => undefined, put: async () => undefined }
  const fileOf = (key: readonly string[]) => {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 40)
    return join(folder, name.slice(0, 2), `${name.slice(2)}.json`)
  }
  return {
    async get(key, shape) {
      try {
        const read = shape.safeParse(JSON.parse(await readFile(fileOf(key), 'utf8')))
        return read.success ? read.data : undefined
      } catch {
        // Not there, or not whole: as good as never remembered.
        return undefined
      }
    },
    async put(key, value) {
      const file = fileOf(key)
      const unfinished = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
      try {
        await mkdir(dirname(file), { recursive: true })
        await writeFile(unfinished, JSON.stringify(value))
        await rename(unfinished, file)
      } catch {
        // A full or read-only disk costs time at the next sync and nothing else.
      }
    },
  }
}

export const RememberedHistory = z.object({
  head: z.string(),
  changes: z.array(z.tuple([z.string(), z.string(), z.number(), z.boolean()])),
})

export const RememberedBlame = z.array(z.tuple([z.number(), z.number(), z.number()]))
