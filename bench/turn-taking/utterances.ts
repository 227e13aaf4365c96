import type { Lang } from '#knowledge/document.ts'

/** What somebody says in one turn: `|` is a pause of 300 to 1,500 ms in the middle of it. */
export interface ScriptedTurn {
  lang: Lang
  said: string
}

export type Split = 'tuning' | 'test'

function turns(lang: Lang, lines: string): ScriptedTurn[] {
  return lines
    .trim()
    .split('\n')
    .map((said) => ({ lang, said: said.trim() }))
}

/**
 * The waits were chosen on `tuning`; `test` is what is reported. No sentence stands in both. Pauses stand where people
 * hesitate: mostly within a phrase, before a name, after a filler, between digits, and also, more rarely, after words
 * that could have been all.
 */
export const scriptedTurns: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [
    ...turns(
      'en',
      `
      how do I rotate the database password
      what is the timeout of the | upload service
      show me the runbook for a full disk
      I need to | restart the billing worker
      who owns the ingress controller
      can you tell me | how to drain a node
      why is the queue growing
      the incident number is four four | seven one | nine
      where do I find the um | the dashboard for latency
      is it safe to delete the old snapshots
      what happens if | the leader goes away
      repeat the last step
      check the replica lag and | tell me whether it is rising
      scale the web tier to six
      what changed in the last release | of the search service
      how long does a full backup take
      my question is | which port the exporter uses
      next
      so I was wondering | whether we still use that bucket
      the host is ten dot | twenty dot four dot | nineteen
      give me the command for the rollback
      when the alert fires | what should I look at first
      which team is on call for | the data platform
      how do I silence an alert for two hours
      let me see | the second page
      do we have a procedure for losing a whole region
      open the checklist for | uh | database upgrades
      how old is that page
      `,
    ),
    ...turns(
      'ja',
      `
      データベースのパスワードはどうやってかえますか
      アップロードの|タイムアウトはいくつですか
      ディスクがいっぱいのときの手順を教えてください
      えーと|ノードをとめる方法をしりたいです
      担当者はだれですか
      アラートがなったら|まずなにをみればいいですか
      番号はよん|なな|きゅうです
      キューがのびているのはなぜですか
      ふるいバックアップを|けしてもいいですか
      次のステップ
      ログの場所は|どこですか
      再起動したいんですけど|手順はありますか
      さっきの手順をもういちど読んで
      サーバーの名前を|教えてほしいです
      この警告は無視してもいいかな
      `,
    ),
  ],
  test: [
    ...turns(
      'en',
      `
      how do I fail over the orders database
      what is the retention of the | audit log
      where are the certificates stored
      I want to | move traffic away from the second zone
      who approved the last change
      could you please | read me the recovery steps
      what does error forty two mean
      the ticket is nine nine | zero three | one
      I am looking for the er | the page about memory limits
      can we upgrade the broker without downtime
      is there a | checklist for the network switch
      go back one step
      stop the importer and | then clear its cache
      how many replicas should the gateway have
      list the open alerts | for the storage cluster
      why did the deployment fail last night
      what I need to know is | who gets paged after midnight
      thank you
      and if that does not work | what is the next thing to try
      connect to one seven two dot | sixteen dot zero dot | five
      show me the graph of the request rate
      how do I get into the machine when | the bastion is down
      describe the difference between | the two retry policies
      what is the escalation path for payments
      because the | the leader election keeps failing
      which version is running in production
      tell me the name of | um | the primary contact
      is that still up to date
      I think the problem is in the | session store
      how do I restore one table from yesterday
      what should I do about | the certificate that expires tomorrow
      read the warning again
      how do I | turn off the feature flag
      what is the maximum size of a message
      we see timeouts from the | cache layer | what could be the cause
      who do I call when the vendor does not answer
      the serial is B seven | dash | K two
      walk me through the database restore
      do I need to | tell anybody before I start
      how much disk space is left on the build server
      `,
    ),
    ...turns(
      'ja',
      `
      注文データベースのフェイルオーバーはどうやりますか
      監査ログの|保存期間はどれくらいですか
      証明書はどこにありますか
      第二ゾーンから|トラフィックをうつしたいです
      最後の変更をみとめたのはだれですか
      あの|復旧の手順を読んでください
      エラー四十二はどういう意味ですか
      チケットはきゅう|ぜろ|さんです
      メモリの上限についてのページを|さがしています
      とめずにブローカーを更新できますか
      前のステップに戻って
      インポーターをとめてから|キャッシュをけしてください
      もしそれがうまくいかなかったら|つぎはなにをためしますか
      ありがとう
      昨日の夜|デプロイが失敗した理由をしりたい
      ゲートウェイのレプリカはいくつですか
      連絡先の名前は|えっと|なんでしたっけ
      それはまだ正しいですか
      タイムアウトがでているんですが|原因はなんでしょうか
      警告をもういちど読んで
      ひとつの表だけを|もどすことはできますか
      本番のバージョンを教えて
      アドレスはいち|なな|にです
      ベンダーがこたえないときは|だれに電話しますか
      ビルドサーバーの空き容量はどれくらい
      `,
    ),
  ],
}

/** What listeners say without wanting the turn. */
export const nods: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [
    ...turns('en', 'okay\nuh huh\nright\nmakes sense\noh really'),
    ...turns('ja', 'はい\nうん\nなるほど\n了解です\nそうなんですね'),
  ],
  test: [
    ...turns('en', 'mm hmm\nyeah\nsure\ngot it\nokay\nI see\nall right\nuh huh'),
    ...turns('ja', 'ええ\nうんうん\nそうですね\nわかりました\nはい\nなるほど\nそうか\nへえ'),
  ],
}

/** What people say who do want it. */
export const interruptions: Readonly<Record<Split, readonly ScriptedTurn[]>> = {
  tuning: [
    ...turns('en', 'no I meant the other cluster\nstop\nskip that and tell me the last step'),
    ...turns('ja', 'ちょっと待って\nそうじゃなくて二番目の方です'),
  ],
  test: [
    ...turns(
      'en',
      `
      wait
      that is the wrong database
      hold on which host was that
      can you say the second command again
      never mind I found it
      I already did that one
      what about the staging environment
      `,
    ),
    ...turns(
      'ja',
      `
      ストップ
      待ってください
      それはもうやりました
      さっきのコマンドをもういちど言って
      ちがう方のサーバーのことです
      `,
    ),
  ],
}

/** What we are saying meanwhile. */
export const answers: Readonly<Record<Lang, readonly string[]>> = {
  en: [
    'First drain the node, then wait until all the pods have moved. This page was last edited three months ago.',
    'Open the console, choose the primary instance and promote its replica. After that, check the replication lag.',
    'The limit is five hundred requests a second. Raise it in the settings of the gateway and reload the proxy.',
  ],
  ja: [
    'まずノードをドレインして、すべてのポッドがうつるまで待ちます。このページは三か月前に更新されました。',
    'コンソールを開いて、プライマリを選び、レプリカを昇格させます。そのあと遅延を確認します。',
  ],
}
