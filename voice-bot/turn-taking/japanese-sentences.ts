import { commandIn } from '#conversation/commands.ts'
import type { RuleJudgement } from './sentence-judgement.ts'

const filler =
  /(?:え[ーえっ]*と[ーねお]*|ええと|えー+|あの[ーう]+|(?:^|[、\s])(?:あの|その)|その[ーう]+|う[ーう]*ん+|んー+|ん[んー]+|まあ|なんか|あー+|なんだっけ|なんていうか|ちょっと待ってね)$/u
const completeEnd =
  /(?:です|である|であった|ます|ました|ません|ませんか|でした|ですか|ますか|でしょう|でしょうか|ください|下さい|お願い|おねがい|たい|だよ|だね|よね|のよ|かな|かね|ましょう|なさい|ほしい|欲しい|ありがとう|だっけ|たっけ|のか|のかな|んだけどね|じゃん|だろう|だろうか|[^てでにもか]ね|[るたいだなの]よ)$/u
/** `か` that asks, not the one of 何か, 誰か, とか. */
const asksKa = /(?<!何|誰|なに|だれ|どこ|いつ|と|どれ|どう|なん|い|ほ)か$/u
const requestTe =
  /(?:教え|おしえ|見せ|みせ|読ん|よん|言っ|調べ|しらべ|送っ|おくっ|探し|さがし|説明し|案内し|待っ|まっ|止め|とめ|続け|進ん|戻っ|もどっ|繰り返し|呼ん|開い|出し|聞かせ|確認し|貼っ|つない|まとめ|比べ|投稿し|送信し|表示し|検索し)[てで]$/u
const softEnd = /(?:んですけど|んだけど|ですけど|ますけど|ですが|ますが|んですが)$/u
const asks = /(?:何|なに|なん|どこ|どれ|どう|どの|どちら|どっち|いつ|誰|だれ|なぜ|どうして|いくつ|いくら|どうやっ)/u
const questionWordAtEnd =
  /(?:何|なに|どこ|どれ|どう|どちら|どっち|いつ|誰|だれ|なぜ|いくつ|いくら|何[番時分個件台回日]|どうして)$/u
const askedNoun =
  /(?:手順|方法|名前|場所|期限|理由|原因|担当(?:者)?|意味|値|番号|コマンド|状態|予定|時間|やり方|しかた|仕方|設定|違い|上限|間隔|条件|宛先|連絡先|次)は$/u
const openEnd =
  /(?:を|が|に|へ|で|と|の|から|ので|のに|けど|けれど|けれども|し|たら|れば|なら|ながら|たり|も|や|とか|まで|より|という|っていう|として|について|に関して|によって|ために|場合|とき|時|前に|後に|あとに|ば|て|とは|では|には|からは|までは|だけ|または|それと|それから|あと|で、|もし|この|その|あの|どの|そして|でも|だから|つまり|例えば|たとえば|ような)$/u
const verbEnd = /(?:[うくすつぬむるぐぶ]|た|だ|ない|なかった|てる|でる|ちゃう)$/u

function open(because: string): RuleJudgement {
  return { state: 'open', because }
}

/** @param letters Without spaces and marks. @param asked A question mark stood at the end. */
export function japaneseSentence(letters: string, asked: boolean): RuleJudgement {
  if (letters === '') return { state: 'unclear', because: 'no words yet' }
  if (filler.test(letters)) return { state: 'filler', because: 'thinking aloud' }
  if (commandIn(letters)?.about === '') return { state: 'complete', because: 'a spoken command', isCertain: true }
  if (requestTe.test(letters)) return { state: 'complete', because: 'complete request' }
  if (softEnd.test(letters)) return { state: 'topic', because: 'a soft ending' }
  if (/[るたいう]の$/u.test(letters) && asks.test(letters)) return { state: 'complete', because: 'complete question' }
  if (completeEnd.test(letters) || asksKa.test(letters)) return { state: 'complete', because: 'complete sentence' }
  if (questionWordAtEnd.test(letters) && letters.length > 2) return { state: 'complete', because: 'complete question' }
  if (askedNoun.test(letters)) return { state: 'topic', because: 'a noun that is asked for' }
  if (letters.endsWith('は')) return asked ? { state: 'topic', because: 'a topic' } : open('“は” names a topic')
  if (letters.endsWith('って')) return { state: 'topic', because: 'a topic' }
  const end = openEnd.exec(letters)?.[0]
  if (end !== undefined) return asked ? { state: 'topic', because: 'a question mark' } : open(`“${end}” wants more`)
  if (verbEnd.test(letters) && asks.test(letters)) return { state: 'complete', because: 'complete question' }
  return { state: 'unclear', because: 'may be a whole sentence' }
}
