"""Turns of phrase that speak for keeping, in five languages; words that say nothing by themselves.

By language and signal; phrases are parted by commas. They are written as people write them, and
compared in what all spellings of a word have in common. A language that is not here is judged by
how much is said, by numbers and against the archive alone.
"""

from collections.abc import Mapping

from core.text.words import folded

_EN = {
    "asked": """
        remember this, remember that, note to self, don't forget, do not forget, don't let me
        forget, remind me, make a note, take a note, write this down, write that down, keep that
        in mind, keep this in mind, for the record, keep that, important thing is
    """,
    "decision": """
        let's, let us, we should, we decided, i decided, we've decided, i've decided, decided
        to, the decision, we agreed, we're going with, we are going with, we'll go with, we will
        go with, i'm going with, settled on, we settled, instead of, the plan is, we'll do, we
        will do, should we, agreed to, made up my mind
    """,
    "promise": """
        i will, i'll, i shall, i'm going to, i am going to, i'm gonna, i promise, i need to,
        need to get, need to buy, need to call, need to ask, need to finish, we need to, i have
        to, i must, i've got to, i should, you promised, can you send, can you bring, i owe
    """,
    "because": "because, the reason, therefore, that's why, that is why, which is why, so that",
    "date": """
        monday, tuesday, wednesday, thursday, friday, saturday, sunday, today, tonight,
        tomorrow, yesterday, next week, next month, next year, this week, this month, january,
        february, april, june, july, august, september, october, november, december, deadline,
        due on, due by, o'clock, a.m, p.m
    """,
    "question": """
        who is, who was, what is, what are, what was, what if, what about, when is, when will,
        where is, where are, why is, why are, why does, why do, how do, how does, how can, how
        many, how much, how long, do you know, does anyone, is there, are there, i wonder,
        should i
    """,
    "number": """
        two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty,
        thirty, forty, fifty, sixty, seventy, eighty, ninety, hundred, thousand, million,
        percent, half
    """,
    "filler": """
        um, uh, mm, mmm, hmm, hm, mhm, yeah, yep, yes, nah, okay, ok, kay, right, well, oh, ah,
        eh, er, like, just, really, thing, things, stuff, get, got, going, gonna, go, sort,
        kind, know, mean, think, say, said, one, way, bit, lot, actually, basically, maybe,
        probably, guess, let, let's, good, fine, alright, sure, thanks, thank, please, see,
        look, hello, hi, bye, cool, great, nice, huh, wow, sorry
    """,
}

_DE = {
    "asked": """
        merk dir, merke dir, nicht vergessen, vergiss nicht, erinnere mich, erinner mich, notiz
        an mich, notier, notiere, schreib das auf, schreib dir das auf, halt das fest, muss ich
        mir merken
    """,
    "decision": """
        lass uns, lasst uns, wir sollten, wir machen, wir nehmen, wir haben beschlossen,
        beschlossen, entschieden, die entscheidung, wir haben uns geeinigt, einigen wir uns,
        abgemacht, stattdessen
    """,
    "promise": """
        ich werde, ich muss, ich mache, ich kümmere mich, ich schicke, ich rufe, wir müssen,
        versprochen, ich verspreche, ich sollte, ich soll, ich will
    """,
    "because": "weil, denn, deshalb, deswegen, darum, der grund, damit, daher",
    "date": """
        montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag, heute, morgen,
        übermorgen, gestern, nächste woche, nächsten monat, januar, februar, märz, april, mai,
        juni, juli, august, september, oktober, november, dezember, uhr, frist, bis zum
    """,
    "question": """
        wer ist, was ist, was wäre, wann ist, wann kommt, wo ist, warum ist, wieso, weshalb, wie
        kann, wie viel, wie viele, wie lange, gibt es, ich frage mich, weißt du
    """,
    "number": """
        zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn, elf, zwölf, zwanzig, dreißig,
        vierzig, fünfzig, hundert, tausend, million, prozent, hälfte
    """,
    "filler": """
        ähm, äh, mhm, hm, ja, nein, okay, ok, also, genau, halt, eben, gut, sache, sachen, ding,
        dinge, quasi, eigentlich, vielleicht, einfach, glaube, denke, danke, bitte, hallo,
        tschüss
    """,
}

_ES = {
    "asked": """
        recuerda esto, acuérdate, no olvides, no te olvides, que no se me olvide, recuérdame,
        nota para mí, apunta, apúntalo, anota, tenlo en cuenta
    """,
    "decision": """
        vamos a, deberíamos, hemos decidido, decidimos, decidido, la decisión, quedamos en,
        estamos de acuerdo, en lugar de, el plan es
    """,
    "promise": """
        voy a, tengo que, tenemos que, debo, prometo, te prometo, me encargo, lo haré, necesito,
        hay que
    """,
    "because": "porque, ya que, por eso, la razón, para que, por lo tanto",
    "date": """
        lunes, martes, miércoles, jueves, viernes, sábado, domingo, hoy, mañana, ayer, la semana
        que viene, la próxima semana, el próximo mes, enero, febrero, marzo, abril, mayo, junio,
        julio, agosto, septiembre, octubre, noviembre, diciembre, plazo
    """,
    "question": """
        quién es, qué es, qué pasa, cuándo es, dónde está, por qué, cómo se, cómo puedo, cuánto,
        cuántos, cuántas, me pregunto, sabes si
    """,
    "number": """
        dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez, once, doce, veinte, treinta,
        cuarenta, cincuenta, cien, mil, millón, por ciento, mitad
    """,
    "filler": """
        eh, mm, hm, sí, vale, bueno, pues, entonces, claro, cosa, cosas, creo, o sea, gracias,
        hola, adiós, bien, mira, digo
    """,
}

_FR = {
    "asked": """
        souviens toi, n'oublie pas, n'oubliez pas, il ne faut pas oublier, rappelle moi, note à
        moi même, note ça, note bien, à retenir, garde ça
    """,
    "decision": """
        on devrait, nous devrions, on va prendre, on a décidé, nous avons décidé, j'ai décidé,
        décidé, la décision, on est d'accord, au lieu de, on fait
    """,
    "promise": """
        je vais, je dois, on doit, il faut que, il faut, je promets, je te promets, je m'en
        occupe, j'enverrai, je ferai, j'ai besoin
    """,
    "because": "parce que, parce qu'il, parce qu'on, car, c'est pourquoi, la raison, pour que",
    "date": """
        lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche, aujourd'hui, demain, hier, la
        semaine prochaine, le mois prochain, janvier, février, mars, avril, mai, juin, juillet,
        août, septembre, octobre, novembre, décembre, délai, avant le
    """,
    "question": """
        qui est, qu'est ce, c'est quoi, quand est, où est, pourquoi, comment, combien, est ce
        que, je me demande, tu sais si
    """,
    "number": """
        deux, trois, quatre, cinq, six, sept, huit, neuf, dix, onze, douze, vingt, trente,
        quarante, cinquante, cent, mille, million, pour cent, moitié
    """,
    "filler": """
        euh, hm, mm, oui, ouais, non, bon, ben, bah, alors, voilà, donc, chose, choses, truc,
        genre, crois, merci, salut, bonjour, d'accord, ok, okay
    """,
}

_PT = {
    "asked": """
        lembra disto, lembra disso, não esqueças, não esqueça, não te esqueças, lembra me, me
        lembra, me lembre, nota para mim, anota, anote, toma nota
    """,
    "decision": """
        vamos, devíamos, deveríamos, decidimos, decidido, a decisão, ficou combinado,
        combinamos, concordamos, em vez de, o plano é
    """,
    "promise": """
        eu vou, vou fazer, vou ligar, vou enviar, tenho que, tenho de, temos que, temos de,
        preciso, prometo, eu devo, devo
    """,
    "because": "porque, já que, por isso, a razão, para que, portanto",
    "date": """
        segunda feira, terça feira, quarta feira, quinta feira, sexta feira, sábado, domingo,
        hoje, amanhã, ontem, semana que vem, na próxima semana, no próximo mês, janeiro,
        fevereiro, março, abril, maio, junho, julho, agosto, setembro, outubro, novembro,
        dezembro, prazo
    """,
    "question": """
        quem é, o que é, quando é, onde está, onde fica, por que, porquê, como é, como posso,
        quanto, quantos, quantas, será que, sabes se
    """,
    "number": """
        dois, duas, três, quatro, cinco, seis, sete, oito, nove, dez, onze, doze, vinte, trinta,
        quarenta, cinquenta, cem, mil, milhão, por cento, metade
    """,
    "filler": """
        eh, hm, mm, sim, pois, bom, bem, então, tá, né, coisa, coisas, acho, tipo, obrigado,
        obrigada, olá, oi, tchau, claro
    """,
}

Phrase = tuple[str, ...]


def _phrases(listed: str) -> frozenset[Phrase]:
    return frozenset(
        tuple(folded(word) for word in phrase.split())
        for phrase in listed.split(",")
        if phrase.split()
    )


CUES: Mapping[str, Mapping[str, frozenset[Phrase]]] = {
    language: {signal: _phrases(listed) for signal, listed in table.items()}
    for language, table in {"en": _EN, "de": _DE, "es": _ES, "fr": _FR, "pt": _PT}.items()
}
"""Folded words of each phrase, by language and signal."""
