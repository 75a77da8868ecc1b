"""Questions that no one phrase asks: words with others between them, or hardly more than a noun.

Tables only. They are part of the policy: `policy.policy_version` hashes them.
"""

from redaction.cues.card_cues import PERHAPS
from redaction.language.tables import phrases_in, words_in

GAPPED = {
    "security_answer": phrases_in("""
        first * pet, name of * pet, name of * dog, name of * cat, first * car, make of * car, model
        of * car, name of * school, went to school, school * went, school * attend, school *
        attended, high school * go, name of * teacher, first * teacher, favorite * color, favourite
        * colour, favorite * food, favourite * food, favorite * movie, favourite * film, favourite
        * movie, favorite * book, favourite * book, favorite * team, favourite * team, favorite *
        band, favourite * band, favorite * singer, favorite * song, favourite * song, favorite *
        place, favourite * place, favorite * teacher, favourite * teacher, favorite * animal,
        favourite * animal, favorite * drink, favourite * drink, city * born, town * born, where *
        born, hospital * born, place * birth, street * grew up, street * grow up, where * grew up,
        where * grow up, town * grew up, city * grew up, street * lived, name of * street * grew,
        answer to * question, answer to * hint, answer * security, childhood * friend, childhood *
        hero, childhood * nickname, name of * best friend, name of * best man, maid of honor,
        mother's * name, father's * name, grandmother's * name, grandfather's * name, sibling's *
        name, spouse's * name, where * honeymoon, where * meet * spouse, first * job, first * boss,
        first * employer, first * concert, first * kiss, first * holiday, first * teacher,
        memorable * place, memorable * date
    """),
    "password": phrases_in("""
        characters of * password, character of * password, letters of * password, letter of *
        password, password * account, password * set
    """),
    "address": phrases_in("""
        where * send, where * ship, where * shipping, where * deliver, where * mail, where * post
        it, where * live, where * living, what * city, what * town, which * town,
        what * state, which * state, city and state, town and, what * county, what * street, which *
        street, what * road, which * road, which road's, which * lane, what * village, which *
        village, name of * street, name of * road, street * name, house name, first line of
    """),
    "expiry": phrases_in("""
        valid * how long, good * how long, how far * good, how long * good, how long * expired,
        when * card * good, when * card * valid, how long * card, card * run out, card * runs out,
        card * expires,
        date * pressed, date * embossed, date * raised, dates * pressed, dates * embossed,
        date * card, date * front, when * run out, when * runs out, when * expire, when *
        expires, dates * card, date * stamped, good * until, valid * until, expires * when,
        month * expire, year * expire, month * say on, month *
        says on, month * printed, year * printed, year * up to, card * past, card * ran till, card *
        ran until, card * until, card * till
    """),
    PERHAPS["expiry"]: phrases_in("""
        which month, what month, what's * month, when's * month, when is * month,
        what's * year, which year, what year does
    """),
    "phone": phrases_in("""
        number * reach, number * call, number * contact, number * text, number * ring, give * call
        on, give * call at, give * ring on, ring * back on
    """),
    "ssn": phrases_in("""
        last * social
    """),
    "cvv": phrases_in("""
        number * back * card, digits * back * card, code * back * card, numbers * by * signature,
        number * by * signature, digits * front * amex,
        digits * strip, number * strip, strip * digits, strip * number, box * number, next
        to * signature, numbers * back, digits * back, number * reverse, digits * reverse,
        flip * over, three * back, three * reverse, four * front, number * signature,
        digits * signature, security * numbers, security * digits, code on * back
    """),
    "ticket": phrases_in("""
        ticket * number, case * number
    """),
    "order": phrases_in("""
        order * number, booking * number, reservation * number
    """),
    "asked_name": phrases_in("""
        your * name, your * surname, first * name, last name, surname, full name, middle name, name
        please, name on * card, name on * account, name on * booking, name on * reservation, name on
        * policy, name on * order, who am i speaking, who i'm speaking, who i am speaking, whom am i
        speaking, who * calling, account holder, holder's name, cardholder's name, patient's * name,
        passenger's * name, what * name is it, who * account * under, what * last name, whose name,
        under what name, under which name, her name, his name, their name, child's * name, spell
        * name, make * out to
    """),
}
"""Slot kind -> phrases with a `*` for up to three words that may stand there."""

BARE = {
    "address": words_in("""
        road avenue lane street city town state county suburb province zip postcode
    """),
    "asked_name": words_in("name names surname initials forename"),
    "dob": words_in("birthday"),
    "expiry": words_in("month year"),
    "number": words_in("letter letters"),
    "routing": words_in("sort"),
}
"""Slot kind -> nouns that are a whole question if hardly more is said: `and the city?`"""
