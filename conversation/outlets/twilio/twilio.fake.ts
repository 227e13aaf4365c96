import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** An update of a call, as it came in. */
interface Update {
  path: string
  twiml: string
}

export interface FakeTwilio extends AsyncDisposable {
  url: string
  updates: Update[]
  /** How it answers from now on. */
  manner: 'takes' | 'refuses' | 'hangs'
}

/** Twilio's REST API as far as a call is updated; it knows one account and its live calls. */
export async function fakeTwilio(account: { accountSid: string; authToken: string; calls: readonly string[] }) {
  const key = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`
  const paths = account.calls.map((sid) => `/2010-04-01/Accounts/${account.accountSid}/Calls/${sid}.json`)
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (fake.manner === 'hangs') return
      if (request.headers.authorization !== key) return answer(401, { code: 20003, message: 'Authenticate' })
      if (fake.manner === 'refuses') return answer(503, { code: 20503, message: 'Service unavailable' })
      const path = request.url ?? ''
      if (request.method !== 'POST' || !paths.includes(path)) return answer(404, { code: 20404, message: 'Not found' })
      const twiml = new URLSearchParams(sent).get('Twiml')
      if (twiml === null) return answer(400, { code: 21218, message: 'Invalid ApplicationSid' })
      fake.updates.push({ path, twiml })
      answer(200, { sid: path.split('/').at(-1), status: 'in-progress' })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const fake: FakeTwilio = {
    url: `http://127.0.0.1:${port}`,
    updates: [],
    manner: 'takes',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}
