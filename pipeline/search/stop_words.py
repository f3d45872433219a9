"""Words that ask rather than say, by language: articles, pronouns, prepositions, question words.

Short lists of our own: those of libraries also have words such as *work*, *time* and *name*, which
people look for. Of a language without a list no word is left out; rare words weigh more anyway.
"""

from collections.abc import Iterable, Sequence

from core.text.words import folded

ENGLISH = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been
    before being below between both but by can can't cannot could couldn't did didn't do does
    doesn't doing don't down during each ever few for from further get had hadn't has hasn't have
    haven't having he he'd he'll he's her here here's hers herself him himself his how how's i
    i'd i'll i'm i've if in into is isn't it it's its itself just let's me might more most must
    my myself no nor not now of off on once only or other our ours ourselves out over own please
    same shall shan't she she'd she'll she's should shouldn't so some such tell than that that's
    the their theirs them themselves then there there's these they they'd they'll they're
    they've this those through to too under until up us very was wasn't we we'd we'll we're
    we've were weren't what what's when when's where where's which while who who's whom whose
    why why's will with won't would wouldn't you you'd you'll you're you've your yours yourself
    yourselves
    """.split()
)
"""The usual list, with *tell*, *please*, *ever*; as they are written."""

SURE = 2
"""Stop words that say which language a query is in."""

_OTHERS = {
    "de": """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da
        dabei dafür dahin damals damit danach daran darauf daraus darin darüber darum das dass davon
        dazu dein deine deinem deinen deiner dem den denen denn der deren des dessen dich die dies
        diese diesem diesen dieser dieses dir doch dort du durch durfte ein eine einem einen einer
        eines er es etwas euch euer eure für gab gegen gibt hab habe haben hast hat hatte hatten
        hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins irgendwas ist ja
        jede jedem jeden jeder jedes jene jener jenes jetzt kann kannst kein keine keinem keinen
        keiner können konnte könnte man mein meine meinem meinen meiner mich mir mit mal muss
        musste müssen nach nein nicht nichts noch nun nur ob oder ohne sag sagen sagte schon sehr
        sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte sondern über um
        und uns unser unsere unserem unseren unter vom von vor wann war waren warst warum was weil
        welche welchem welchen welcher welches wem wen wenn wer werde werden wessen weshalb wie
        wieder wieso will wir wird wo wofür woher wohin womit worauf worüber wozu wurde wurden
        würde würden zu zum zur zwischen
    """,
    "es": """
        a al algo alguna algunas alguno algunos algún allí ante antes aquel aquella aquellas
        aquello aquellos aquí así aun aunque cada como con contra cual cuales cualquier cuando
        cuándo cuánta cuántas cuánto cuántos cuál cuáles cómo de del desde dime donde dónde durante
        e el ella ellas ellos en entonces entre era eran eras eres es esa esas ese eso esos esta
        estaba estaban estamos están estar estas este esto estos estoy está estás fue fueron fui
        ha habla había han has hasta hay he hemos hubo la las le les lo los me mi mis mucha muchas
        mucho muchos muy más mí nada ni no nos nosotros nuestra nuestras nuestro nuestros o os otra
        otras otro otros para pero por porque que quien quienes quién quiénes qué se sea según ser
        será si sido sin sobre solo son soy su sus suya suyo sí también tan te tengo ti tiene
        tienen todas todos tu tus tuvo tuya tuyo tú u un una unas uno unos usted ustedes va vosotros
        voy vuestra vuestro y ya yo él
    """,
    "fr": """
        à afin ai aie alors as au aucun aucune aussi autre autres aux avaient avais avait avant
        avec avez avoir avons ayant c ça car ce ceci cela celle celles celui ces cet cette ceux
        chaque chez ci combien comme comment d dans de depuis des dès dis dit dois doit donc dont du
        elle elles en encore entre es est et étaient étais était étant été êtes être eu eux fait fut
        il ils j je jusque l la là laquelle le lequel les lesquelles lesquels leur leurs lui m ma
        mais me même mes mien moi mon n ne ni nos notre nous on ont ou où par parce parle pas
        pendant peu peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa
        sans se sera ses si sien soi soit sommes son sont sous suis sur t ta te tes toi ton tous
        tout toute toutes très tu un une va vers veux vos votre vous y
    """,
    "pt": """
        a à ainda algo algum alguma algumas alguns ali ante antes ao aos apenas após aquela aquelas
        aquele aqueles aqui aquilo as às até cada com como contra cuja cujo da das de dela delas
        dele deles depois desde dessa desse desta deste diz do dos durante e é ela elas ele eles em
        entre era eram essa essas esse esses esta está estamos estão estar estas estava estavam este
        estes estive esteve estou eu feira foi fomos for fora foram fui há isso isto já la lá lhe
        lhes lo mais mas me mesma mesmo meu meus minha minhas muita muitas muito muitos na nas nem
        nenhum nenhuma nessa nesse nesta neste no nos nós nossa nossas nosso nossos num numa não o
        onde os ou outra outras outro outros para pela pelas pelo pelos per pois por porque porquê
        qual quais qualquer quando quanta quantas quanto quantos que quem quê se sem ser será seu
        seus si sido só sob sobre sou sua suas são também te tem tenho ter teu teus teve tinha toda
        todas todo todos tu tua tuas um uma umas uns vai você vocês vos vou
    """,
    "it": """
        a ad agli ai al alcuna alcune alcuni alcuno alla alle allo allora altra altre altri altro
        anche ancora avere aveva avevo c che chi ci ciò col come con contro cosa così cui da dagli
        dai dal dalla dalle dallo degli dei del dell della delle dello di dice dimmi dopo dove e è
        ed era erano ero essere fra fu gli ha hai hanno ho i il in io l la là le lei li lo loro lui
        ma me mi mia mie miei mio molta molte molti molto ne negli nei nel nella nelle nello no noi
        non nostra nostre nostri nostro o ogni per perché però più può qual quale quali quando
        quanta quante quanti quanto quella quelle quelli quello questa queste questi questo qui se
        sei senza si sia siamo siete sono sopra sotto sta stata stati stato su sua sue sugli sui sul
        sulla sulle suo suoi ti tra tu tua tue tuo tuoi tutta tutte tutti tutto un una uno vi voi
        vostra vostre vostri vostro
    """,
    "nl": """
        aan af al alle alles als altijd andere ben bij daar dan dat de der deze die dit doch door
        dus een en er ga geen had heb hebben heeft hem het hier hij hoe hoeveel hun iemand iets ik
        in is ja je jij jou jouw jullie kan kon kunnen maar me mee men met mij mijn moet na naar
        nee niet niets nog nu of om omdat onder ons onze ook op over te tegen toch toen tot u uit
        van veel voor waar waarom wanneer want waren was wat we wel welk welke werd wie wij wil
        word wordt zal ze zei zeg zich zij zijn zo zonder zou
    """,
}


def stop_words_of(language: str) -> frozenset[str]:
    """The folded words of this language that ask rather than say."""
    return _FOLDED.get(language, frozenset())


def likely(words: Iterable[str], languages: Sequence[str]) -> tuple[str, ...]:
    """Which of these languages a query is in, by the most stop words; none where that is unsure.

    A single one says little: *war* and *die* are words of English, too.
    """
    if len(languages) == 1:
        return tuple(languages)
    known = [folded(word) for word in words]
    counts = {
        language: sum(word in stop_words_of(language) for word in known) for language in languages
    }
    most = max(counts.values(), default=0)
    if most < SURE:
        return ()
    return tuple(language for language, count in counts.items() if count == most)


_FOLDED = {
    language: frozenset(map(folded, words))
    for language, words in {"en": ENGLISH, **{k: v.split() for k, v in _OTHERS.items()}}.items()
}
