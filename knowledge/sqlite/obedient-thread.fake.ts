import { serve } from './serve.ts'

let idle = 0
let idled = 0

/** Does as it is told: says something, fails, or crashes the first so many times. */
serve<string | { crashes: SharedArrayBuffer; times: number }, string>({
  answer: (ask) => {
    if (typeof ask !== 'string') {
      const crashes = new Int32Array(ask.crashes)
      if ((crashes[0] ?? 0) >= ask.times) return 'recovered'
      crashes[0] = (crashes[0] ?? 0) + 1
      process.exit(1)
    }
    const [verb, ...rest] = ask.split(' ')
    if (verb === 'fail') throw Object.assign(new Error('as asked'), { errcode: Number(rest.at(-1)) })
    if (verb === 'idle') idle = Number(rest[0])
    return verb === 'idled' ? String(idled) : rest.join(' ')
  },
  idle: () => {
    if (idle === 0) return false
    idle -= 1
    idled += 1
    return idle > 0
  },
  end: () => {},
})
