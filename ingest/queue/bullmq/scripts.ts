/** Our own steps that must not be interrupted. Each is handed in its keys first, as Redis wants it. */

/** Notes a longer pause. KEYS: pause. ARGV: until (ms since 1970), how long from now (ms), what stands there. */
export const notePause = {
  numberOfKeys: 1,
  lua: `
    local held = redis.call('GET', KEYS[1])
    if held and tonumber(cjson.decode(held)['until']) >= tonumber(ARGV[1]) then return 0 end
    redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
    return 1`,
}

/** Forgets marks that nobody has changed since. KEYS: marks. ARGV: entry and mark in turn. */
export const forgetMarks = {
  numberOfKeys: 1,
  lua: `
    for at = 1, #ARGV, 2 do
      if redis.call('HGET', KEYS[1], ARGV[at]) == ARGV[at + 1] then redis.call('HDEL', KEYS[1], ARGV[at]) end
    end
    return 0`,
}
