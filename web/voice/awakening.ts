/** How often the clock is looked at. Browsers look once a minute at the least, in tabs that nobody sees. */
const everyMs = 2000
const asleepMs = 10_000

/** Calls whenever the network or this machine may have been away: connections can be gone then that seem to be there. */
export function listenForAwakening(awoke: () => void): void {
  for (const type of ['online', 'offline', 'pageshow']) addEventListener(type, awoke)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') awoke()
  })
  let lastAt = Date.now()
  setInterval(() => {
    const now = Date.now()
    if (Math.abs(now - lastAt) > asleepMs) awoke()
    lastAt = now
  }, everyMs)
}
