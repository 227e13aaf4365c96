import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

export interface FakeHub extends AsyncDisposable {
  /** For HF_ENDPOINT. */
  url: string
  /** Paths asked for, in order, with their range. */
  requests: string[]
}

export interface FakeHubOptions {
  name: string
  files: ReadonlyMap<string, Buffer>
  /** The first answer with this file breaks off after half of it. */
  breaksOff?: string
  /** Sends this file with other bytes than its checksum. */
  damages?: string
  /** Answers so to everything. */
  status?: number
}

/** A server that speaks the Hugging Face Hub's listing and downloads, redirects and ranges included. */
export async function fakeHub({ name, files, breaksOff, damages, status }: FakeHubOptions): Promise<FakeHub> {
  const requests: string[] = []
  let broken = false
  const sha = createHash('sha1').update(name).digest('hex')
  const siblings = [...files].map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    ...(rfilename.endsWith('.onnx') ? { lfs: { sha256: createHash('sha256').update(content).digest('hex') } } : {}),
  }))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://hub')
    const { range = '' } = request.headers
    requests.push(`${pathname} ${range}`.trim())
    if (status !== undefined) return void response.writeHead(status).end()
    if (pathname === `/api/models/${name}/revision/main`) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ id: name, sha, siblings }))
    }
    const [, file] = pathname.split(`/${name}/resolve/${sha}/`)
    if (file !== undefined) return void response.writeHead(302, { location: `/cdn/${file}` }).end()
    const path = pathname.slice('/cdn/'.length)
    const content = files.get(path)
    if (content === undefined) return void response.writeHead(404).end()
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0)
    const sent = path === damages ? Buffer.from(content.map((byte) => byte ^ 1)) : content
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from })
    if (path === breaksOff && !broken) {
      broken = true
      return void response.write(sent.subarray(0, content.length / 2), () => response.destroy())
    }
    response.end(sent.subarray(from))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
