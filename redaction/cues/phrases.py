"""What people say before, or just after, personal data: phrases that open a slot.

Tables only. They are part of the policy: `policy.policy_version` hashes them.
"""

from redaction.cues.card_cues import ENDINGS
from redaction.language.tables import phrases_in

STRONG = {
    "card": phrases_in("""
        card number, card numbers, card details, long number, sixteen digit, sixteen digits,
        fifteen digit, fifteen digits, 16 digit, 16-digit, number on the front of, number across
        the, number on the card, number on your card, number off the card, account or card
        number, card info, card information, take the number, number on it, card on file, debit
        card number, credit card number
    """),
    "cvv": phrases_in("""
        security one, security one's, on a back, on a reverse, back of a card,
        cvv, cvc, cv two, cvv two, c v v, c v c, c v two, cid, security code, security number,
        card verification, digits on the back, digit on the back, numbers on the back, number on
        the back, code on the back, back of the card, on the back, three digit code, three digit
        number, 3 digit code, 3-digit code, 3-digit, three-digit, three digit, digits on the
        front, numbers on the front, code on the front, four digits on the, signature strip,
        verification value, last three on the, three digits, 3 digits,
        csc, c s c, c i d, cvd, c v d, cvn, c v n, c v 2, cv2, cvv2, cvc2, card security,
        security numbers, security digits, verification number, signature panel, signature
        box, signature bar, where you sign, your signature, the signature, little number,
        small number, short number, three little, three wee, three small, three numbers, three on
        the, four on the, on the reverse, the reverse, on the strip, strip on the, back of it,
        back of your card, back of that, flip it, flip the card, flip your card, turn it over,
        turn the card, turn your card, above the number, above the card,
        cbv, c b v, tvv, t v v, cbb, tv ray, cbc, c b c, cev,
        behind it, the back, on back, the back says, the back say, back says, back say, other side
        of the card
    """),
    "expiry": (
        *ENDINGS,
        *phrases_in("""
        date in, through when, up to when, to when,
        good to, up when, run from and to, valid from and, card thru, until she expired,
        until it expired,
        expiration, expiration date, expiry, expiry date, expires, exp date,
        expire, expires on, expire
        on, does it expire, will it expire, expiring, expires in, expired in, expires end, valid
        until, valid through, valid thru, valid to, valid till, valid from, good through, good
        thru, good until, runs out, end date, month and year, when does it expire, does that
        expire, card expire, it expires, thru date,
        exp, valid til, good till, good til, run out, running out, expired on, expiration's,
        expiry's, still in date, card in date, when's it up, validity, valid up to, good up to,
        good for another, date on the card, date on the front, date on your card, date under the,
        date below, dates on the card, date on it, card's date, digit date, month and the
        year, mm yy, m m y y, until when, till when, exp month, stamped, two dates, later
        date, still valid, need the month, month as well, being valid, card is out of date, month
        slash year, mm slash yy, m m slash y y,
        lapse, lapses, lapsed, it dies, card dies, stops working, any dates, dates on, until
        end, until the end of, month is, year is, month first, it in date, one in date, is in date,
        that in date, in date until, in date till, month on the, month it expired, it expired,
        it dies, that dies, next one come, you the next one, you a next one, that one go to, one go
        to, does that one go, yours end, that one end, replacing it, months and year, inspire,
        inspires, exhalation, expired when, when expired, runs to, run to, goes out of date, go out
        of date, past its date, digit month, digit year, expired, live until, live till,
        active until, active till, current until, ran till, ran until, up to what date, until what
        date, till what date, date it stops, date it ends, date it finishes
    """),
    ),
    "ssn": phrases_in("""
        social security, social security number, social, socials, ssn, s s n, national
        insurance, national insurance number, n i number, ni number, tax id, taxpayer, tax
        number, social insurance, sin number, social's,
        aadhaar, aadhar, adhaar, tfn, t f n, tax file, nino, n i no, s i n, itin, ein, pan
        card, pan number, national id, government id, identity number, identity card, version code,
        health card, health number, taxpayer reference, registration number is, resident card,
        green card
    """),
    "phone": phrases_in("""
        phone number, telephone number, mobile number, cell number, cell phone number, contact
        number, callback number, call back number, best number, number to reach, number to call,
        number you can, number we can, number i can, reach you at, reach me at, reach me on,
        reach you on, call you back on, call me back on, call me on, call me at, call you on,
        call you at, area code, daytime number, home number, work number, office number,
        landline, what number, which number, number for you, text me at, text me on, text it to,
        number are you calling, number you're calling, phone is, mobile is, mobile's, cell is,
        cell's, telephone is, best contact, alternate number, alternative number, dial, contact
        you on, contact me on, contact you at, contact me at, another number, evening number,
        number ends in, number on file, my number, your number, phone number's, his number, her
        number, their number, whatsapp
    """),
    "email": phrases_in("""
        email, e mail, e-mail, email address, email's, e-mail address, emails to, mail address,
        gmail, hotmail, email it to, send it to, e mail address, at gmail, before the at, after the
        at, at sign, at symbol, the at, in front of the at, ahead of the at, electronically, the
        electronic one, electronic address, electronic delivery, the inbox, which inbox, what inbox,
        login address, log in address, a plus sign, an underscore, dots in it, dashes in it,
        hyphen in it, dot in it, the alias, mail id, signing in with, sign in with, log in with,
        logging in with, which mailbox, mailbox you, check the most, check most often
    """),
    "address": phrases_in("""
        post goals, post goal, post coat,
        home address, mailing address, billing address, postal address, shipping address,
        delivery address, street address, your address, my address, the address, current
        address, his address, her address, new address, old address, previous address, property
        address, first line, address is, address please, address on, house number, postcode,
        post code, zip, zip code, zipcode, postal code, eircode, where do you live, where you
        live, i live at, live at, i live on, live on, i'm at, where shall i send, where should
        we send, where can i send, where should i send, where can we send, where are we sending,
        where would you like, deliver it to, delivered to, deliver to, ship to, ship it to, sent
        to, where to send, door number, residing at, moved to, address we have, address i have,
        fire number, should now read, should read, now reads, landmark is, landmark put, landmark,
        full address, complete address, exact address, permanent address, residential address,
        registered address, service address, work address, civic address, civic number, street
        number, building number, flat number, unit number, cross street, box number, your
        location, exact location, address as, homer dress, homodress, home dress, home a dress,
        mailing a dress, dip code, lipp code, lip code, sip code
    """),
    "dob": phrases_in("""
        data birth, date of both, date of bath, date birth,
        date of birth, dates of birth, birth dates, birth date, birthdate, birthday, birthday's,
        dob, d o b, born, d.o.b,
        born on, year of birth, birth year, month of birth, day of birth, when were you born
    """),
    "account": phrases_in("""
        account number, account numbers, account is, bank account number, acct number, account
        details, membership number, member number, member id, membership id, customer number,
        customer id, client number, patient number, patient file, file number, patient id,
        medical record number, record number, chart number, loan number, mortgage number, roll
        number, employee number, employee id, staff number, badge number, student number,
        student id, passport number, passport, license number, licence number, driver's license,
        driving licence, drivers license, license plate, number plate, registration number, reg
        number, registration is, nhs number, medicare, medicaid, subscriber id, account's,
        subscriber number, user id, frequent flyer, loyalty number, rewards number, meter
        number, eight digit, 8 digit, 8-digit, account ending, checking account, savings
        account, current account
    """),
    "policy": phrases_in("""
        policy number, policy is, claim number, claim reference, claim id, policy id,
        certificate number, group number, plan number, insurance id, insurance number, policy's,
        policy reference
    """),
    "order": phrases_in("""
        order number, order id, order reference, order is, order's, booking reference, booking
        number, booking code, booking ref, confirmation number, confirmation code, reference
        number, reference code, ref number, reservation number, reservation code, record
        locator, locator, tracking number, tracking id, invoice number, invoice,
        return number, purchase order, transaction id, transaction number, reference is, your
        reference, my reference, the reference, consignment number, receipt number,
        quote number, quote reference, application number, application id, shipment number,
        parcel number, waybill, pnr, p n r, payment reference, transaction reference,
        transaction code, delivery number, delivery reference, reservation id, booking id,
        confirmation is, reference's, confirmation's, account reference, customer reference
    """),
    "routing": phrases_in("""
        routing, routing number, sort code, aba number, transit number, bsb, sorting code, bank
        code, a b a,
        sore code, sore coat, sore coast, sort coat, sort coast, rousey number, route in number,
        rooting, rooting number, routine number, rtn, r t n, transit, branch code, bank
        state branch, b s b, bank number, institution number, clearing code,
        branch number, salt code, short code, sword code, soul code, sort codes, b s b's,
        bsb's, ifsc, i f s c, f s c, i f s, ifs code
    """),
    "iban": phrases_in("""
        iban, i ban, i b a n, swift, swift code, bic, international bank
    """),
    "ip": phrases_in("""
        ip address, ip, i p address, server address, i p, address of the server,
        numbers with dots, numbers with the dots, dotted, ipv four, ipv six, i p v four,
        i p v six, default gateway, gateway is, subnet, subnet mask, ping
    """),
    "password": phrases_in("""
        path road, path word, past word,
        password, pass word, passphrase, pass phrase, secret word, security word, safe word, code
        word, a code word, the code word, password's, passwords, login details
    """),
    "security_answer": phrases_in("""
        security question, security questions, security answer, secret question, secret answer,
        maiden name, pet's name, memorable word, memorable information, memorable name, memorable
        place, memorable phrase, memorable date, memorable event, childhood nickname, first pet,
        first school, primary school, elementary school, favorite teacher, favourite teacher, first
        car, first job, hint is, password hint, the hint, your nickname
    """),
    "ticket": phrases_in("""
        case number, ticket number, ticket id, case id, case reference, incident number, incident
        id, incident reference, complaint number, complaint reference, service request, request
        number, request id, work order, job number, fault reference, fault number, docket number,
        rma, r m a, ticket's, ticket is, e ticket, e-ticket
    """),
    "pin": phrases_in("""
        my pen, what pen, which pen, your pen,
        pian number, pen number, pen code, cin number, bin number, p i in, pi in,
        pin, pin number, pin code, p i n, pin's, personal identification
    """),
    "otp": phrases_in("""
        two digits on, code did you, code have you, code does it, code do you, code came,
        past code, past group, pos code,
        passcode, pass code, one time, one-time, onetime, digit code, six digits, six digit,
        four digit code, verification code, access code, read me the code, read it to me, read
        that to me, read it out, read me the, authentication code, authorization code,
        authorisation code, login code, log in code, otp, o t p, code we sent, code i sent, code
        is, the code, a code, code you, code that, code's, your code, my code, 6 digit, 6-digit,
        six-digit, 4-digit code, texted you, four-digit code, what's the code, tell me the code,
        code from, activation code, code sent, this code, token, code on your, unlock code,
        telephone banking,
        fob, authenticator, security key, six numbers, digits i sent, number i sent, numbers
        i sent, number we sent, numbers we sent, code i just sent, code we just sent, the
        codes, came through, coming through, read out the, one off code, one-off code, read
        the code, read code, code to me, codes to me, the code's, passcode's, timed out
    """),
    "number": phrases_in("""
        last four, last three, last 4, last 3, last two digits, final four, last five, last six,
        ends in, ending in, ends with, ending with, ending, starts with, starting with, begins
        with, beginning with, first six, first four, first three, number is, number's, numbers
        are, digits are, id is, id number, read it back, read that back, serial,
        that ends, which ends, card ends,
        start with, begin with, should start, should begin, should end, letter at the end, last
        letter, final letter, letters at the, first letter, last bit, the rest of it, next bit,
        back end, closing with, finish with, finishes, finishes with, finishing, finishing with,
        tail end, end in, octet, letter at, number starts, number begins, number ends, what comes
        after
    """),
}
"""Slot kind -> phrases after which two digits are enough to mask."""

WEAK = {
    "card": phrases_in("""
        card, cards, credit card, debit card, visa, mastercard, master card, american express,
        amex, discover card, pay with, payment details, diners, maestro, payment method, my debit,
        on my credit, off my credit
    """),
    "phone": phrases_in("""
        phone, telephone, mobile, cell, cell phone, call me, call you, text me, call me back,
        call you back, reach you, reach me, text you, ring me, ring you
    """),
    "account": phrases_in("""
        account, accounts, acct, membership, member, bank details
    """),
    "policy": phrases_in("""
        policy, claim
    """),
    "order": phrases_in("""
        order, booking, reservation, reference
    """),
    "otp": phrases_in("""
        code, codes, digits, verify you, verify your, sent you, confirm your
    """),
    "address": phrases_in("""
        address
    """),
    "number": phrases_in("""
        number, numbers,
        gave me, given me, was given
    """),
}
"""Slot kind -> phrases after which a short amount or count is still more likely."""

NAME = phrases_in("""
your name, full name, first name, last name, surname, second name, middle name, first and last
name, first and last, who am i speaking, who i'm speaking, who i am speaking, am i speaking, am i
talking, i'm speaking, i am speaking, pleasure of speaking, we speaking, who's calling, who is
calling, who is this, name please, name on the, name on your, name of the, his name, her name,
their name, the name, my name, name is, name's, family name, spell your name, spell that, spell
the, spell it, spell your, account holder, cardholder, card holder, policyholder, policy holder,
maiden name, whose name, what name, names of, whom am i, calling on behalf of, behalf of, in the
name of, under the name, booked under, and you are, name for the, name as it, name and, your
name's, names, he called, she called, they called, you called, name was, spelled, spelt, passenger
name, patient's name, guest name
""")
"""Phrases that ask for, or announce, somebody's name."""
