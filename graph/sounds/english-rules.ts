/**
 * How English is read, as far as telling names apart by ear needs it: `left[letters]right=sounds`, the first rule of a
 * letter that fits is taken. In `left` and `right`: `#` vowels, `:` any consonants, `^` one consonant, `.` a voiced one,
 * `+` e, i or y, `%` a suffix, a blank the edge of the word. After Elovitz and others: Automatic Translation of English
 * Text to Phonetics by Means of Letter-to-Sound Rules (NRL Report 7948, 1976), shortened.
 */
export const englishRules: readonly string[] = `
 [a] =@| [are] =Ar| [ar]o=@r|[ar]#=er|^[as]#=Es|[a]wa=@|[aw]=A|[a]^+#=E|#:[ally]=@li| [al]#=@l|#:[ag]e=IJ|[ache] =aS
[a]^%=E|[a]^+:#=a|:[a]^+ =E| [arr]=@r|[arr]=ar|:[ar] =Ar|[ar] =@r|[ar]=Ar|[air]=er|[ai]=E|[ay]=E|[au]=A|[ae]=i
#:[al] =@l|#:[als] =@lz|[alk]=Ak|[al]^=Al|:[able]=Eb@l|[able]=@b@l|[ang]+=EnJ|[a]tion=E|[a] =@|[a]=a
[bb]=b|m[b] =|[b]=b
[ch]^=k|^e[ch]=k|s[ch]=k|[ch]=C| s[ci]#=sY|[ci]a=S|[ci]o=S|[ci]en=S|[cc]+=ks|[ck]=k|[c]+=s|[cc]=k|[c]=k
#:[ded] =dId|[dg]+=J|[dd]=d|[d]=d
#:[e] =| :[e] =i|t[ed] =Id|d[ed] =Id|#:[e]d =|[e]^%=i|[eri]#=iri|[eri]=erI|#:[er]#=@r|[er]#=er|[er]=@r| [eu]=yu
#:[e]w=|t[ew]=u|[ew]=yu|[e]o=i|s[es] =Iz|c[es] =Iz|z[es] =Iz|x[es] =Iz|g[es] =Iz|h[es] =Iz|#:[e]s =|#:[ely] =li
#:[ement]=ment|[eful]=f@l|[ee]=i|[earn]=@rn| [ear]^=@r|[ead]=ed|#:[ea] =i@|[ea]su=e|[ea]=i|[eigh]=E|[eye]=Y|[ei]=i|[ey]=i|[eu]=u|[e]=e
[ff]=f|[ful]=f@l|[f]=f
[gi]v=gI| [g]i^=g|[ge]t=ge|[gg]=g|[g]+=J|#[gh]=|[gh]=g| [gn]=n|[gn] =n|[gue] =g|[g]=g
[hour]=Wr|[h]#=h|[h]=
 [in]=In| [i] =Y|[in]d =Yn|[ier]=i@r|#:r[ied] =id|[ied] =Yd|[ien]=ien|[ie]t=Ye| :[i]%=Y|[i]%=i|[ie]=i|[i]^+:#=I|[ir]#=Yr
[iz]%=Yz|[is]%=Yz|[i]d%=Y|+^[i]^+=I|[i]t%=Y|#:^[i]^+=I|[i]^+=Y|[ir]=@r|[igh]=Y|[ild]=Yld|[ign] =Yn|[ign]^=Yn|[ign]%=Yn
[ique]=ik|[io] =io|[i]on=i|[ia]=i@|[i] =i|[i]=I
[jj]=J|[j]=J
 [k]n=|[kk]=k|[kh]=k|[k]=k
[lo]c#=lo|[ll]=l|^[le] =@l|^[les] =@lz|[l]=l
[mm]=m|[mn] =m|[m]=m
e[ng]+=nJ|[ng]r=Ng|[ng]#=Ng|[ngl]%=Ng@l|[ng]=N|[nk]=Nk|[nx]=Nks|[nn]=n|[n]=n
[of] =@v|[orough]=@ro|#:[or] =@r|#:[ors] =@rz|[or]=or| [one]=wVn|[ow] =o|[own]=Wn|[ow]=W| [over]=ov@r|[o]ver=V|[o]^%=o
[o]^en=o|[o]^i#=o|[ol]d=ol|[ought]=At|[ough]=Vf|[ous]=@s|[our]=or|[ould]=ud|^[ou]^l=V|[oup]=up|[ou]=W|[oy]=Q|[oing]=oIN|[oi]=Q
[oor]=or|[ook]=uk|[ood]=ud|[oo]=u|[oe]=o|[o] =o|[oa]=o| [only]=onli| [once]=wVns|i[on]=@n|#:[on] =@n|#^[on]=@n|[o]st =o|[other]=VD@r|[o]=A
[ph]=f|[pp]=p| [ps]=s| [pn]=n|[p]=p
[quar]=kwor|[que] =k|[qu]=kw|[q]=k
[rr]=r|[rh]=r|[r]=r
[sh]=S|#[sion]=Z@n|[sion]=S@n|[ssion]=S@n|[some]=sVm|#[sur]#=Z@r|[sur]#=S@r|#[sed] =zd|#[s]#=z|u[s] =s|i[s] =s|[ss]=s
.[s] =z|#:.e[s] =z|#:^##[s] =z|#:^#[s] =s| :#[s] =z|[s]c+=|[s]=s
 [the] =D@|[to] =tu| [that] =Dat| [this] =DIs| [they]=DE| [there]=Der|[ther]=D@r|[th]=T|#:[ted] =tId|[ti]o=S|[ti]a=S|[tien]=S@n
[ture]=C@r|[tu]a=Cu| [two]=tu|[tch]=C|[tt]=t|[tz]=ts|[t]=t
 [un]i=yun| [un]=Vn| [us]e=yuz|[ur]#=ur|[ur]=@r|[u]^ =V|[u]^^=V|[uy]=Y| g[u]#=|g[u]%=|g[u]#=w|[ue] =u|[ui]=u
k[u]^%=yu|c[u]^%=yu|m[u]^%=yu|f[u]^%=yu|p[u]^%=yu|b[u]^%=yu|h[u]^%=yu| [u]=yu|[u]=u
[vv]=v|[v]=v
 [were]=w@r|[wa]s=wA|[wa]t=wA|[where]=wer|[what]=wAt|[whol]=hol|[who]=hu|[wh]=w|[war]=wor|[wor]^=w@r|[wr]=r|[w]=w
 [x]=z|[x]=ks
 [you]=yu| [yes]=yes| [y]=y|#:^[y] =i|#:^[y]i=i| :[y] =Y| :[y]#=Y| :[y]^+:#=I| :[y]^#=Y|#[y]#=y|[y]=I
[zz]=z|[z]=z
`
  .split(/[\n|]/)
  .filter((line) => line !== '')
