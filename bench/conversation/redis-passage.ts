import type { RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'

const texts = [
  'Fail over Redis by hand: promote one replica with `redis-cli failover`. Then watch the lag for 5 minutes.',
  'Redis evicts keys at 12 GB. Raise maxmemory with `redis-cli config set maxmemory 16gb`.',
  'Sentinel watches the primary and fails over by itself after 30 seconds without an answer.',
  'A replica that lags more than 10 MB is not promoted. See `redis-cli info replication`.',
  'The cache cluster has three shards with one replica each, in different zones.',
  'Backups of Redis run each night at 02:00 UTC and are kept for 14 days.',
  'Clients reconnect by themselves; restart those older than version 4.',
  'Page the data team when a failover takes longer than a minute.',
]

/** What every search of the benchmark finds. */
export function redisPassages(): RankedPassage[] {
  const editedAt = new Date('2026-05-01T00:00:00Z')
  return texts.map((text, at) => {
    const document: Document = {
      id: `redis-${at}.md`,
      source: 'bench',
      entry: `redis-${at}.md`,
      kind: 'page',
      path: `redis-${at}.md`,
      url: `https://wiki.example/redis-${at}`,
      title: `Redis runbook ${at + 1}`,
      owners: [],
      lang: 'en',
      audience: [],
      editedAt,
      maskedSecrets: 0,
    }
    return {
      rank: at + 1,
      score: 0.9 ** (at + 1),
      passage: {
        id: `${document.id}#0`,
        documentId: document.id,
        ordinal: 0,
        heading: ['Fail over'],
        lang: 'en',
        kind: 'steps',
        text,
        fromLine: 1,
        toLine: 1,
        editedAt,
        context: '',
        suspicious: false,
      },
      document,
      freshness: {
        state: 'fresh',
        editedAt,
        documentEditedAt: editedAt,
        reasons: [],
        brokenReferences: [],
        contradictedBy: [],
      },
    }
  })
}
