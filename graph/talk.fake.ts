/** What people say at work that holds no misheard name, though some of it sounds like one. */
export const ordinaryEnglish: readonly string[] = `
Good morning, is anybody on call tonight?
The light is red, is it supposed to be?
Can you read us the first step again?
I left the console open on the other screen.
We should keep it low key until the fix is out.
My laptop is too slow for this.
There is a lot of traffic on the main road.
She made a promise to call the customer back.
He put the key in the vault and locked it.
Did the engine exit on its own or did you stop it?
The cube on my desk is a toy.
Let it go, we have time until Monday.
Post the greatest hits on the board.
Who broke the build this time?
It was read only yesterday and it is read only today.
How many people are in the meeting?
Set up the room and back up the files.
Log in and check whether the light is green.
The team in the north has more members than ours.
Please open the graph and look at the last hour.
I can't hear you, the line is terrible.
We had no data from the sensor for an hour.
The config is fine, the map is wrong.
Could you open the search page for me?
Take the elevator to the third floor.
What was the name of the new person in finance?
A stateful conversation needs a set of rules.
Turn the volume down a bit.
The clock is off by a minute.
Is the demo still planned for Tuesday?
They sent us the invoice twice.
Maybe the cable is loose.
When does the next train leave?
I think the answer is yes.
We ran out of coffee and nobody noticed.
The customer says the page is blank.
Did you try turning it off and on again?
Nobody told me about the change.
It fails over and over again.
The second one from the left is the right one.
Please speak a bit louder.
The manager of the alert team is on holiday.
Fluent English is not required.
Every rabbit needs a hole.
The zoo keeper fed the elephants.
Stats are due on Friday.
Elastic bands hold the boxes together.
My sequel to the story is finished.
The data dog barked all night.
A fleet of ships left the harbour.
The jury is still out on that.
Customers in the east see errors.
The control room called about the noise.
We need a backup plan.
Are the doors open or closed?
I would rather wait for the others.
Let me see if I understood you.
Put the box next to the other box.
Hold the line for a moment.
Where did we put the keys?
The meeting was moved to nine.
Nothing changed since last week.
The report is due at the end of the month.
Can we do this tomorrow instead?
The weather is nice for once.
It took two hours and ten minutes.
Somebody should tell the manager.
Can you send me the link again?
That is the wrong number.
There are three of them left.
The first attempt failed, the second worked.
Check the date on the letter.
What time is it in Tokyo?
I am almost done with the review.
He said it was urgent.
The new hire starts in May.
Water leaked into the basement.
The battery is at twenty percent.
Restart the machine and tell me what you see.
Which version are you running?
The disk is full again.
Is the service back yet?
Please page the person who is on call.
The primary is down and the replica is behind.
How old is that page?
Is it safe to restart the node now?
Read me the last sentence again, slower please.
What does the runbook say about this error?
The queue is growing and the workers are idle.
Who owns the database these days?
We lost the connection for about a minute.
The certificate expires next week.
Drain the node before you touch it.
Why is the cluster so slow today?
Roll back the last release.
The cache was empty after the restart.
I see a spike in latency around noon.
Somebody deleted the wrong file.
How do I get more memory for this job?
Are there any open incidents?
The password was changed on Friday.
Say that again in other words.
Thanks, that is all for now.
Tell Jason that the deploy is done.
Mariah and Patrick are on the way.
I met Thomas and Helena at the station.
Kevin asked Monica for the slides.
The pilot cancelled the flight to Osaka.
Our office in Munich is closed today.
We ordered pizza from Luigi's.
`
  .trim()
  .split('\n')

export const ordinaryJapanese: readonly string[] = `
おはようございます、今日の当番は誰ですか
ランプが赤いのですが大丈夫ですか
最初のステップをもう一度読んでください
コンソールを開いたままにしました
コントロールルームから連絡がありました
ノートパソコンが遅いです
今日は道路のトラフィックが多いですね
メールがまだ届いていません
データをバックアップしておいてください
サーバーのメモリが足りません
ログインできない人がいます
スケジュールを変更してもらえますか
グラフを開いて最後の一時間を見てください
ミーティングは何時からですか
コーヒーがなくなりました
お客様からクレームが来ています
テストが終わったら教えてください
プロジェクトのメンバーは何人ですか
リーダーに確認してからにしましょう
キーボードが壊れたみたいです
レポートの締め切りは金曜日です
パスワードを忘れてしまいました
ディスクの空きがありません
このエラーは何を意味しますか
リリースを元に戻してください
ネットワークが遅い気がします
デプロイはいつ終わりますか
アラートが鳴りっぱなしです
ダッシュボードを見せてください
ポストモーテムは誰が書きますか
クラスターの状態を教えて
フェイルオーバーの手順を教えてください
レプリカの遅延が大きいです
メンテナンスは何時からですか
トークンの期限が切れました
タイムアウトの値はいくつですか
ジョブが途中で止まっています
キューが溜まっています
ロールバックしてもいいですか
スナップショットはどこにありますか
プライマリが落ちたかもしれません
スタンバイに切り替えてください
チケットの番号を教えてください
オンコールの人に電話して
そのページはいつ更新されましたか
もう少しゆっくり話してください
出典を読んでください
ありがとう、以上です
カレンダーに入れておいてください
インターンのマイケルさんが来ます
トーマスとヘレナは駅にいます
ビルの入り口で待っています
エレベーターが止まっています
セールの準備はできましたか
レストランを予約しました
ホテルのフロントに聞いてください
テレビの音を小さくして
マイクが入っていません
スピーカーの音が割れています
カメラをオンにしてください
バスの時間に遅れそうです
アルバイトの人が休みです
アンケートに答えてください
オフィスはミュンヘンにあります
`
  .trim()
  .split('\n')

/** A name as it stands in documents, and what recognisers have made of it. */
export const misheardEnglish: readonly (readonly [heard: string, name: string])[] = `
cube control => kubectl
cube cuddle => kubectl
cube C T L => kubectl
kubectal => kubectl
coob control => kubectl
cube let => kubelet
koob lit => kubelet
cube ADM => kubeadm
cube admin => kubeadm
at CD => etcd
et see dee => etcd
E T C D => etcd
post gress => Postgres
postgress => Postgres
post grass => Postgres
PG bouncer => PgBouncer
pee gee bouncer => PgBouncer
engine X => nginx
engine ex => nginx
graffana => Grafana
graph on a => Grafana
gryfana => Grafana
promethius => Prometheus
pro me theus => Prometheus
prometeus => Prometheus
alert manager => Alertmanager
reddis => Redis
redice => Redis
terra form => Terraform
tera form => Terraform
ansibel => Ansible
answable => Ansible
patrony => Patroni
patroney => Patroni
kafca => Kafka
rabbit em queue => RabbitMQ
demon set => DaemonSet
daymon set => DaemonSet
core D N S => CoreDNS
cord DNS => CoreDNS
istyo => Istio
east io => Istio
yager => Jaeger
pager duty => PagerDuty
zeferine => Zephyrine
zephyreen => Zephyrine
quill a bone => Quillabone
quillabon => Quillabone
hawk eye proxy => hawkeye-proxy
payments D B => payments-db
lady bug ingress => ladybug-ingress
yh control => yhctl
Y H C T L => yhctl
suzume D B => suzume-db
suzumi DB => suzume-db
kawara C T L => kawaractl
kawara control => kawaractl
system control => systemctl
journal cuddle => journalctl
sequel light => SQLite
mongo D B => MongoDB
cockroach D B => CockroachDB
elastic search => Elasticsearch
argo C D => ArgoCD
cert manager => cert-manager
H A proxy => HAProxy
open telemetry => OpenTelemetry
`
  .trim()
  .split('\n')
  .map((line) => line.split(' => '))
  .map(([heard = '', name = '']) => [heard, name] as const)

export const misheardJapanese: readonly (readonly [heard: string, name: string])[] = `
クーベコントロール => kubectl
キューブコントロール => kubectl
キューブシーティーエル => kubectl
クーベカドル => kubectl
クーベシーティーエル => kubectl
クーブレット => kubelet
キューブレット => kubelet
キューブアドミン => kubeadm
エトセディー => etcd
イーティーシーディー => etcd
エトシーディー => etcd
ポスグレ => Postgres
ポストグレス => Postgres
ポストグレ => Postgres
ピージーバウンサー => PgBouncer
エンジンエックス => nginx
エンジネックス => nginx
グラファナ => Grafana
グラハナ => Grafana
プロメテウス => Prometheus
プロメシウス => Prometheus
アラートマネージャー => Alertmanager
レディス => Redis
テラフォーム => Terraform
テラホーム => Terraform
アンシブル => Ansible
パトローニ => Patroni
パトロニー => Patroni
カフカ => Kafka
ラビットエムキュー => RabbitMQ
デーモンセット => DaemonSet
クラッシュループバックオフ => CrashLoopBackOff
コアディーエヌエス => CoreDNS
イスティオ => Istio
イェーガー => Jaeger
ゼフィリン => Zephyrine
ゼファリン => Zephyrine
キラボーン => Quillabone
クイラボーン => Quillabone
ホークアイプロキシ => hawkeye-proxy
ペイメンツディービー => payments-db
スズメディービー => suzume-db
カワラシーティーエル => kawaractl
カワラコントロール => kawaractl
ワイエイチシーティーエル => yhctl
システムコントロール => systemctl
ジャーナルコントロール => journalctl
マイエスキューエル => MySQL
モンゴディービー => MongoDB
アルゴシーディー => ArgoCD
エイチエープロキシ => HAProxy
オープンテレメトリー => OpenTelemetry
`
  .trim()
  .split('\n')
  .map((line) => line.split(' => '))
  .map(([heard = '', name = '']) => [heard, name] as const)
