import type { DatabaseSync } from 'node:sqlite'

/** Names start with a dollar sign in SQL and without it in what is handed in. */
export function statements(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text)
  const notPaused = 'NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.source = $source AND pauses.until > $now)'
  const dueSync = `
    source = $source AND due_at <= $now AND (token IS NULL OR lease_until <= $now) AND ${notPaused}`
  return {
    plan: sql(`
      INSERT INTO syncs (source, every_ms, due_at) VALUES ($source, $everyMs, $firstAt)
      ON CONFLICT DO UPDATE SET
        every_ms = $everyMs, due_at = min(coalesce(due_at, $firstAt), $latest)`),
    unplan: [
      sql('DELETE FROM syncs WHERE source = ?'),
      sql('DELETE FROM entries WHERE source = ?'),
      sql('DELETE FROM pauses WHERE source = ?'),
    ],
    requestSync: sql(`
      INSERT INTO syncs (source, due_at) VALUES ($source, $now)
      ON CONFLICT DO UPDATE SET due_at = min(coalesce(due_at, $now), $now), again = token IS NOT NULL`),
    dueSync: sql(`SELECT 1 FROM syncs WHERE ${dueSync}`),
    takeSync: sql(`UPDATE syncs SET token = $token, lease_until = $until, again = 0 WHERE ${dueSync}`),
    renewSync: sql('UPDATE syncs SET lease_until = $until WHERE source = $row AND token = $token'),
    heldSync: sql('SELECT every_ms, attempts, again FROM syncs WHERE source = $row AND token = $token'),
    settleSync: sql(`
      UPDATE syncs SET
        token = NULL, lease_until = NULL, again = 0, due_at = $dueAt, attempts = $attempts, failure = $failure
      WHERE source = $row AND token = $token`),

    requestEntry: sql(`
      INSERT INTO entries (source, entry, state, urgent, due_at) VALUES ($source, $entry, 'waiting', 1, $now)
      ON CONFLICT DO UPDATE SET
        urgent = 1, again = state = 'running',
        found_revision = CASE state WHEN 'running' THEN found_revision END,
        found_replaces = CASE state WHEN 'running' THEN found_replaces END,
        due_at = $now, attempts = CASE state WHEN 'running' THEN attempts ELSE 0 END,
        reason = CASE state WHEN 'running' THEN reason END,
        state = CASE state WHEN 'running' THEN 'running' ELSE 'waiting' END`),
    addEntry: sql(`
      INSERT INTO entries (source, entry, state, urgent, due_at, found_revision, found_replaces)
      VALUES ($source, $entry, 'waiting', 0, $now, $revision, $replaces)
      ON CONFLICT DO UPDATE SET
        again = CASE WHEN state = 'running' AND NOT ${asFound} THEN 1 ELSE again END,
        due_at = CASE WHEN state = 'waiting' AND ${asFound} THEN due_at ELSE $now END,
        reason = CASE WHEN state = 'running' OR ${asFound} THEN reason END,
        attempts = CASE
          WHEN state = 'dead' AND ${asFound} THEN $lastAttempt
          WHEN state = 'running' OR ${asFound} THEN attempts ELSE 0 END,
        found_revision = CASE WHEN state = 'dead' OR ${asFound} THEN $revision WHEN state = 'running' THEN found_revision END,
        found_replaces = CASE WHEN state = 'dead' OR ${asFound} THEN $replaces WHEN state = 'running' THEN found_replaces END,
        state = CASE state WHEN 'dead' THEN 'waiting' ELSE state END`),
    addLead: sql(`
      INSERT INTO entries (source, entry, state, urgent, due_at) VALUES ($source, $entry, 'waiting', 0, $now)
      ON CONFLICT DO NOTHING`),
    dropEntry: sql(`DELETE FROM entries WHERE source = ? AND entry = ? AND state <> 'running'`),
    anyEntry: sql(`
      SELECT 1 WHERE ${notPaused} AND (
        EXISTS (SELECT 1 FROM entries WHERE source = $source AND state = 'waiting' AND due_at <= $now)
        OR EXISTS (SELECT 1 FROM entries WHERE lease_until <= $now))`),
    endHopeless: sql(`
      UPDATE entries SET
        state = 'dead', token = NULL, lease_until = NULL, again = 0, takeovers = 0, reason = $reason, failed_at = $now
      WHERE lease_until <= $now AND takeovers + 1 >= $mostTakeovers`),
    takeOver: sql(`
      UPDATE entries SET
        state = 'waiting', token = NULL, lease_until = NULL, takeovers = takeovers + 1,
        found_revision = CASE again WHEN 0 THEN found_revision END,
        found_replaces = CASE again WHEN 0 THEN found_replaces END, again = 0
      WHERE lease_until <= $now`),
    nextEntries: sql(`
      SELECT number, entry, found_revision, found_replaces, attempts, takeovers FROM entries
      WHERE source = $source AND state = 'waiting' AND due_at <= $now ORDER BY urgent DESC, number LIMIT $limit`),
    takeEntry: sql(`UPDATE entries SET state = 'running', token = $token, lease_until = $until WHERE number = $number`),
    renewEntry: sql('UPDATE entries SET lease_until = $until WHERE number = $row AND token = $token'),
    heldEntry: sql('SELECT attempts, again FROM entries WHERE number = $row AND token = $token'),
    lookAgain: sql(`
      UPDATE entries SET
        state = 'waiting', token = NULL, lease_until = NULL, again = 0, found_revision = NULL, found_replaces = NULL,
        attempts = 0, takeovers = 0, reason = NULL, due_at = $now
      WHERE number = $row AND token = $token`),
    removeEntry: sql('DELETE FROM entries WHERE number = $row AND token = $token'),
    returnEntry: sql(`
      UPDATE entries SET state = 'waiting', token = NULL, lease_until = NULL WHERE number = $row AND token = $token`),
    failEntry: sql(`
      UPDATE entries SET
        state = $state, token = NULL, lease_until = NULL, takeovers = 0, urgent = 0,
        due_at = $dueAt, attempts = $attempts, reason = $reason, failed_at = $now
      WHERE number = $row AND token = $token`),

    pause: sql(`
      INSERT INTO pauses (source, until, reason) VALUES ($source, $until, $reason)
      ON CONFLICT DO UPDATE SET until = excluded.until, reason = excluded.reason WHERE excluded.until > until`),
    counts: sql(`
      WITH tallies AS (
        SELECT source,
          count(*) FILTER (WHERE state = 'waiting' AND due_at <= $now) AS waiting,
          count(*) FILTER (WHERE state = 'running') AS running,
          count(*) FILTER (WHERE state = 'waiting' AND due_at > $now) AS delayed,
          count(*) FILTER (WHERE state = 'dead') AS dead
        FROM entries GROUP BY source)
      SELECT known.source AS source,
        coalesce(waiting, 0) AS waiting, coalesce(running, 0) AS running,
        coalesce(delayed, 0) AS delayed, coalesce(dead, 0) AS dead,
        CASE WHEN token IS NOT NULL THEN 'running' WHEN due_at <= $now THEN 'waiting' ELSE 'idle' END AS sync,
        due_at, failure, pauses.until AS until, pauses.reason AS pause_reason
      FROM (SELECT source FROM syncs UNION SELECT source FROM tallies) AS known
      LEFT JOIN syncs USING (source) LEFT JOIN tallies USING (source)
      LEFT JOIN pauses ON pauses.source = known.source AND pauses.until > $now
      ORDER BY known.source`),
    failures: sql(`
      SELECT source, entry, CASE state WHEN 'dead' THEN 'dead' ELSE 'delayed' END AS state, reason, attempts, failed_at
      FROM entries WHERE reason IS NOT NULL AND ($source IS NULL OR source = $source)
      ORDER BY failed_at DESC, number`),
  }
}

/** Whether a row's survey found what is found now. */
const asFound = '(found_revision IS $revision AND found_replaces IS $replaces)'
