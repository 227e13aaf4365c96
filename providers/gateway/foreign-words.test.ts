import { expect, it } from 'vitest'
import { isForeign } from './foreign-words.ts'

it.each([
  ['en', '오늘 배포를 되돌려 주세요', true],
  ['ja', '오늘 배포를 되돌려 주세요', true],
  ['auto', 'перезапусти основной сервер', true],
  ['auto', '请把主数据库切换到备用节点上去，然后检查延迟', true],
  ['en', 'プライマリを再起動して', true],
  ['auto', 'プライマリを再起動して', false],
  ['auto', 'restart the primary', false],
  ['ja', 'Redis の failover はどうやるの', false],
  ['ja', 'Redis failover', false],
  ['ja', 'Wir müssen die Datenbank jetzt sofort auf den anderen Knoten umschalten', true],
  ['auto', '東京本番環境障害対応手順', false],
  ['en', 'ok', false],
  ['en', '네', false],
] as const)('where %s is spoken, “%s” is another language: %s', (lang, text, expected) => {
  expect(isForeign(text, lang)).toBe(expected)
})
