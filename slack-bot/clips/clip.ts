import { z } from 'zod'

/** A recording that somebody posts instead of writing. */
export const Clip = z.object({
  id: z.string().max(60),
  url: z.url({ protocol: /^https?$/ }),
  /** As Slack tells it, if it does. */
  bytes: z.number().nonnegative().optional(),
  ms: z.number().nonnegative().optional(),
  /** The beginning of what Slack's own recogniser heard. */
  preview: z.string().max(5000).optional(),
})
export type Clip = z.infer<typeof Clip>

const File = z.object({
  id: z.string(),
  mimetype: z.string().catch(''),
  subtype: z.string().catch(''),
  url_private_download: z.string().optional().catch(undefined),
  url_private: z.string().optional().catch(undefined),
  size: z.number().optional().catch(undefined),
  duration_ms: z.number().optional().catch(undefined),
  transcription: z
    .object({ status: z.string(), preview: z.object({ content: z.string() }).optional() })
    .optional()
    .catch(undefined),
})
export const Files = z.array(z.unknown()).max(50).catch([])

/** The first recording among the files of a message. */
export function clipIn(files: readonly unknown[]): Clip | undefined {
  for (const each of files) {
    const file = File.safeParse(each).data
    if (file === undefined) continue
    const isClip = /^slack_(?:audio|video)$/.test(file.subtype) || /^(?:audio|video)\//.test(file.mimetype)
    const clip = Clip.safeParse({
      id: file.id,
      url: file.url_private_download ?? file.url_private,
      bytes: file.size,
      ms: file.duration_ms,
      preview: file.transcription?.status === 'complete' ? file.transcription.preview?.content : undefined,
    })
    if (isClip && clip.success) return clip.data
  }
  return undefined
}
