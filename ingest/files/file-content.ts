import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { FileUnreadableError, systemCodeOf, systemReasonOf } from './errors.ts'

/**
 * The bytes of a regular file of at most `maxBytes`, whatever has become of it since it was listed; a pipe put in its
 * place is not waited for. `gone` when it isn't there any more.
 * @throws {FileUnreadableError}
 */
export async function fileContent(
  file: { path: string; absolute: string },
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer | 'gone'> {
  signal.throwIfAborted()
  try {
    await using handle = await open(file.absolute, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await handle.stat()
    if (!found.isFile()) throw new FileUnreadableError(file.path, 'it is not a regular file')
    if (found.size > maxBytes) throw new FileUnreadableError(file.path, `it has grown over ${maxBytes} bytes`)
    const buffer = Buffer.allocUnsafe(found.size)
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  } catch (error) {
    if (error instanceof FileUnreadableError) throw error
    if (systemCodeOf(error) === 'ENOENT') return 'gone'
    throw new FileUnreadableError(file.path, systemReasonOf(error), { cause: error })
  }
}

/** A fingerprint of a file's content, for revisions: 22 characters. */
export function contentHash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22)
}
