import { type ScriptedTurn, turnsOf } from './scripted-turn.ts'

/** What the waits were chosen on. */
export const tuningTurns: readonly ScriptedTurn[] = [
  ...turnsOf(
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
  ...turnsOf(
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
  ...turnsOf(
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
  ...turnsOf(
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
  ...turnsOf(
    'en',
    `
    what's eating all the | file descriptors
    cpu alert on the second | gateway box
    give me a minute I'm just | opening the page
    the short version | please
    list every service that | depends on the ledger
    we tried the first three steps and | the fourth one fails with a timeout
    I'm not sure if it's related but | the clocks on two machines are off
    hi um could you help me with | a stuck migration
    what I don't understand is why | the health check still passes
    somebody said there's a | switch for read only mode
    do you happen to know | where the old keys went
    sounds like | the cache is poisoned
    no that was | last week
    the one in | Frankfurt
    it says | connection reset by peer
    has anybody | looked at this before
    which one of these would you | recommend
    I'd rather not | touch the primary right now
    okay and then
    how sure are you
    anything else I should check
    same as before
    the alert went away on its own
    I have restarted everything twice
    what are my options here
    add a note that we | skipped the second check
    tell Priya that | the disk has been swapped
    start with the | easiest one
    is there any way of | doing that without a restart
    how many people | are affected by this
    that depends on | whether the lease has expired
    ever since the upgrade | the workers leak memory
    the port is six three | seven nine
    it ends in | kilo | four | lima
    use profile number | twelve
    okay it is back | I think
    the secondary took over but | the writes are still failing
    do not | delete anything yet
    can we go over | the whole timeline again
    the customer wants to know when | it will be fixed
    `,
  ),
  ...turnsOf(
    'ja',
    `
    ファイル記述子を|使い切っているのはどれ
    二台目のゲートウェイで|警報が出てる
    ちょっと待って今|ページを開いてるところ
    短くお願いします
    台帳に|依存しているサービスを全部教えて
    最初の三つは試したんですが|四つ目でタイムアウトします
    関係あるかわからないんですけど|時計がずれています
    移行が止まってしまったので|手伝ってもらえますか
    読み取り専用にする|スイッチがあると聞きました
    古い鍵は|どこへ移されたんでしょう
    いや、それは|先週の話
    大阪のやつ
    誰か|前に調べた人はいますか
    プライマリには|今さわりたくないんです
    それから
    警報は勝手に消えた
    二つ目の確認は飛ばしたと|書いておいて
    一番簡単なのから|始めよう
    再起動しないで|なおす方法はあるの
    更新してから|メモリが漏れているようです
    ポートはろく|さん|なな|きゅうです
    書き込みは|まだ失敗しています
    まだ何も|消さないで
    いつなおるか|お客さんが知りたがっています
    リースが切れているかどうかに|よります
    `,
  ),
]

export const tuningNods: readonly ScriptedTurn[] = [
  ...turnsOf('en', 'okay\nuh huh\nright\nmakes sense\noh really'),
  ...turnsOf('ja', 'はい\nうん\nなるほど\n了解です\nそうなんですね'),
  ...turnsOf('en', 'mm hmm\nyeah\nsure\ngot it\nokay\nI see\nall right\nuh huh'),
  ...turnsOf('ja', 'ええ\nうんうん\nそうですね\nわかりました\nはい\nなるほど\nそうか\nへえ'),
  // Long ones: they last longer than an interruption has to.
  ...turnsOf(
    'en',
    `
    mm hmm mm hmm
    yeah yeah yeah
    oh okay right
    okay got it thanks
    perfect
    interesting
    that's good to know
    understood
    definitely
    ah gotcha
    fantastic
    yup that's fine
    `,
  ),
  ...turnsOf(
    'ja',
    `
    はい、はい、はい
    なるほどですね
    そういうことなんですね
    かしこまりました
    うん、なるほど
    ああ、そうなんですか
    助かります
    へえ、そうなんだ
    はい、承知しました
    それはすごいですね
    ほうほう
    うんうん、そうですよね
    `,
  ),
]

export const tuningInterruptions: readonly ScriptedTurn[] = [
  ...turnsOf('en', 'no I meant the other cluster\nstop\nskip that and tell me the last step'),
  ...turnsOf('ja', 'ちょっと待って\nそうじゃなくて二番目の方です'),
  ...turnsOf(
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
  ...turnsOf(
    'ja',
    `
    ストップ
    待ってください
    それはもうやりました
    さっきのコマンドをもういちど言って
    ちがう方のサーバーのことです
    `,
  ),
  // Those that begin with a long word, or as a nod does.
  ...turnsOf(
    'en',
    `
    unfortunately that did not help
    kubernetes says the pod is pending
    yeah but which region
    okay so what about the standby
    right but the queue is full
    authentication keeps failing
    actually the second replica is down
    I see a different error here
    `,
  ),
  ...turnsOf(
    'ja',
    `
    データベースはもう落ちています
    はい、でもキューがいっぱいです
    なるほど、じゃあ次は何をしますか
    ログインできないんですけど
    アラートがまだ鳴っています
    そうですね、でも時間がありません
    わかりました、それで終わりですか
    ディスクが足りません
    `,
  ),
]
