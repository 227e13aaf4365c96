import { type ScriptedTurn, turnsOf } from './scripted-turn.ts'

/** Reported once, and tuned on since: people who are terse, ramble, are polite or tired. */
export const furtherTurns: readonly ScriptedTurn[] = [
  ...turnsOf(
    'en',
    `
    disk full on the mail relay what now
    pager says high latency
    status of the import job
    rollback steps for | checkout
    quota for preview environments
    who's on call
    logs please
    second option
    read that slower
    only the last two lines
    yes do that
    no the | staging one
    same question for | the European cluster
    so basically we had this thing yesterday where | the scheduler just stopped picking up jobs and I never found out why
    I guess what I'm asking is | do we have to restart all of them or | just the leader
    right so the dashboard is all red and | I have no idea where to begin
    it started around | quarter past nine I think | right after the config push
    um so there's this cron job that | nobody seems to own and it's failing again
    well I tried clearing the queue but | it filled up again within a minute
    you know the page about | tls renewal the one Maria wrote | is that still current
    okay so I'm looking at the node and it has like | eighty percent of its memory in page cache is that normal
    the thing is | we can't really take it down before | Thursday
    would you mind telling me | how the nightly export is triggered
    sorry to bother you again but | which flag was it that disables the prefetch
    could you possibly find out | when the license for the scanner expires
    thanks a lot that's exactly what I needed
    might I ask | whose approval I need for a schema change
    I'd be grateful for a short summary of yesterday's outage
    please could you spell the name of that bucket
    excuse me where would I find the retention policy
    if it's not too much trouble | send the whole procedure to our channel
    ugh it's down again
    hmm what was the | the thing called | the vault command
    just | just give me the first step
    I can't remember if we | already failed over tonight
    sorry what did you say after | the part with the lock file
    okay I'm back where were we
    is it me or is | replication getting slower
    wait which region was | affected
    let's try | the other approach
    does a restart of the agent drop any packets
    how come the canary never gets any traffic
    under what circumstances does the breaker | open
    are there any known problems with | the arm build
    what would happen to in flight payments if we | pulled the plug right now
    whose job is it to renew the domain
    how far behind | is the follower
    which of the three brokers is the | controller
    did anyone touch the firewall | this afternoon
    has the backup from sunday been | verified
    why does it say permission denied
    when was the certificate for the partner gateway last renewed
    where's the button that | pauses all deployments
    should I page the network people or | wait till morning
    what's a sane value for the | connection pool
    isn't there a script for that
    how would you | roll this back
    drain the third node and | cordon it too
    compare the settings of | production with those of staging
    page the database team
    mark this document as | outdated
    read out everything under prerequisites
    take me back to the | table of contents
    find every runbook that mentions | the old load balancer
    open the postmortem from | the fourteenth of march
    remind me in ten minutes to | check the error rate
    summarize the incident for | our customers
    forget the last question
    keep an eye on the heap for me
    we are seeing five hundred errors on | about a third of requests
    the build has been red since lunch
    I rebooted it twice and nothing changed
    customers in Brazil | cannot log in
    the replica caught up | an hour ago
    memory keeps climbing | no matter what we do
    the case number is | eight oh two | five five | one six
    it's bravo two | niner | tango
    set the timeout to thirty | five seconds
    the box is called prod | dash | edge | dash | zero seven
    my extension is | four one | nine two
    version three dot | eleven dot two
    the commit is f nine | a seven | zero c
    ip is one nine two dot one six eight | dot four | dot twenty
    `,
  ),
  ...turnsOf(
    'ja',
    `
    ディスクがあふれたけどどうする
    メールサーバーの|状態
    当番は誰
    ログ出して
    二つ目
    もっとゆっくり
    最後の行だけ
    うん、それで
    いや|ステージングのほう
    同じことを|欧州のクラスターでも知りたい
    なんか昨日から|ジョブがぜんぜん動かなくて|理由がわからないんですよね
    要するに聞きたいのは|全部再起動すべきなのか|リーダーだけでいいのかということです
    画面が真っ赤で|どこから手をつければいいかわかりません
    九時すぎくらいからかな|設定を配ったすぐあとだったと思います
    誰も持ち主がいない定期処理があって|それがまた失敗しているみたいです
    キューを空にしてみたんだけど|一分でまたいっぱいになった
    証明書更新のページ|前田さんが書いたやつ|あれってまだ使えますか
    木曜日までは|とめられないんですよ
    夜間のエクスポートが|どうやって起動されるか教えていただけますか
    何度もすみません|先読みをとめる設定はどれでしたっけ
    恐れ入りますが|ライセンスの期限を調べていただけないでしょうか
    助かりました、ちょうどそれが知りたかったんです
    スキーマ変更には|どなたの承認がいりますでしょうか
    昨日の障害を短くまとめていただけるとうれしいです
    保持期間の決まりは|どちらに書いてありますか
    お手数ですが|手順を全部チャンネルに送ってください
    あー、また落ちた
    えっと|なんだっけ|ボールトのコマンド
    とりあえず|最初の一歩だけ教えて
    今夜もう切り替えたかどうか|思い出せない
    ロックファイルの次|なんて言いました
    戻りました、どこまでやりましたっけ
    気のせいかもしれないけど|同期がおそくなってない
    エージェントを再起動すると|パケットは落ちますか
    カナリアに通信が来ないのはどうして
    どういうときに|遮断器がひらきますか
    アーム版に既知の問題はありますか
    今電源を抜いたら|処理中の支払いはどうなりますか
    ドメインの更新は誰の仕事
    フォロワーは|どれくらい遅れてるの
    三つのブローカーのうち|どれが制御役なんですか
    午後に防火壁をさわった人はいますか
    日曜のバックアップは|もう検証されましたか
    なぜ権限エラーになるのでしょう
    朝まで待つべきか|ネットワーク担当を呼ぶべきか迷っています
    接続プールの適切な値はいくつくらい
    三番目のノードを|切り離してから落として
    本番とステージングの設定を|比べて
    この文書は古いと記録して
    前提条件のところを全部読み上げて
    古いロードバランサーが出てくる手順書を|さがしてくれる
    十分後にエラー率を見るよう|声をかけて
    お客様向けに|要約してください
    三割くらいの通信で|五百番のエラーが出ています
    昼からビルドが失敗したままです
    二回再起動したけど変わらない
    ブラジルのお客様が|ログインできません
    案件番号は|はち|ぜろ|に|ごです
    タイムアウトを三十|五秒にして
    名前はプロッド|ハイフン|エッジ|ハイフン|ななです
    内線は|よんいち|きゅうにです
    バージョン三てん|十一です
    `,
  ),
]

/** What listeners say without wanting the turn. */
export const furtherNods: readonly ScriptedTurn[] = [
  ...turnsOf('en', 'mhm\nyep okay\nah right\ncool\ngood\noh I see\nfair enough\num okay'),
  ...turnsOf('ja', 'はいはい\nあーなるほど\nふーん\nそうなんだ\n承知です\nオーケー\nほう\nですよね'),
]

/** What people say who do want it. */
export const furtherInterruptions: readonly ScriptedTurn[] = [
  ...turnsOf(
    'en',
    `
    hang on
    that's not what I asked
    sorry which port
    skip ahead to the rollback part
    we don't have that dashboard any more
    quiet please
    and how long does that take
    let me stop you there the disk is already full
    `,
  ),
  ...turnsOf(
    'ja',
    `
    ちょっといいですか
    それは聞いてない
    ポートはどれですか
    復旧のところまで飛ばして
    その画面はもうありません
    ストップストップ
    時間はどれくらいかかりますか
    止まって
    `,
  ),
]
