const list = (words: string): string[] => words.trim().split(/\s+/)

/** Words that say nothing about what a passage is about: function words, and the small talk of questions. */
export const stopWords: ReadonlySet<string> = new Set([
  ...list(`a about above after again all also am an and any are aren as at be because been before being below between both
    but by can cannot could couldn d did didn do does doesn doing don down during each few for from further had hadn has
    hasn have haven having he her here hers him his how i if in into is isn it its itself just ll m me more most my
    myself no nor not now o of off on once only or other our ours out over own re s same she should shouldn so some such
    t than that the their theirs them then there these they this those through to too under until up us ve very was wasn
    we were weren what when where which while who whom why will with won would wouldn y you your yours`),
  ...list(`anyway actually basically er erm gonna gotta guess hey hi hmm huh kinda lemme like maybe mm ok okay please
    right say so sorry sort stuff thanks thing things uh uhm um umm wanna well yeah yes`),
  ...list(`する して した され され される します しました してい いる ある あり なる なっ ない から まで より ため よう こと もの それ これ あれ
    どれ どの この その あの ここ そこ どこ いつ だれ なに なん どう なぜ です ます でした ました ません ください もし また および または
    について として という といった など だけ しか ほど くらい ぐらい ながら けど けれど のに ので だから しかし そして えーと えっと
    えー あー あのー そのー ええと うーん まあ なんか ちょっと やっぱり 何 方 時 場合 際 後 前 的 化 等 者 用 下 上 中 内 以 際に`),
])
