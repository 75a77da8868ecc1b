"""What only sounds like a question for personal data, or like its announcement.

A table only. It is part of the policy: `policy.policy_version` hashes it.
"""

from redaction.language.tables import phrases_in

NO_CUE = phrases_in("""
where would you like to, promo code, promotion code, promotional code, discount code, coupon code,
voucher code, error code, stop code, fault code, trouble code, blink code, flash code, highway code,
primary school office, primary school reception, elementary school office, failed code, model start
with, model starts with, model begin with, model begins with, model end in, model ends in, dress
code, qr code, bar code, product code, country code, source code, offer code, referral code, model
number, version number, flight number, gate number, room number, seat number, part number, code of,
code red, social media, social worker, social work, social services, social care, social club,
social network, social event, number of, a number of, number one, any number, phone number of the,
card reader, card machine, gift cards, our number, our phone, our address, our email, customer
service number, helpline, toll free, free phone, freephone, email in, an email in, an email,
taxpayer assistance, taxpayer services, taxpayer service, taxpayer advocate, taxpayer helpline,
taxpayer support, text when, out of order, in order, on order, order of, first four weeks, last four
weeks, last four days, last four months, last four years, last four hours, last three weeks, last
three days, last three months, last three years, last three hours, last three nights, last six
months, last six weeks, last six years, last five years, last five months, last five days, first
three months, first six months, first four months, first three days, first three nights, last two
digits of, for the last four, for the last three, the last three times, last four times, in the
first three, ending the, ending on, ending at, on account of, privacy policy, return policy, returns
policy, refund policy, cancellation policy, policy of, company policy, sim card, gift card, business
card, report card, called back, called you, called us, called to, called in, called about, called
because, called earlier, called yesterday, called last, called before, called the, called for, i've
called, i called, you called, they called, we called, he called, she called, name of your, room
service, expires in about, graphics card, video card, sound card, line card, order to, card games,
pin board, social life, social housing, social distancing, zip file, mobile app, mobile data, mobile
phones, cell tower, phone call, phone line, phone calls, phone lines, phone bill, emailed, ip phone,
routing table, name brand, brand name, domain name, product name, user name, username, file name,
serial killer, three digit amount, number two, number three, number four, number five, number six,
live on the, i'm at the, live at the, reach you in, call you in, call me in, call you back in, call
me back in, call us on, call us at, reach us on, reach us at, card fee, live on air, address on the
ad, address in the ad, number on the ad, number in the ad, colour called, color called, form is
called, ticket's for the, ticket is for the, tickets are for the, any in block, you want number, in
transit, public transit, short codes, run out of, ran out of, running out of, run out to, good to
go, good to hear, good to know, good to see, good to have, good to be, good to meet, salt code of,
mid transit, transit time, transit times, get back on the, back on the line, check in date, sign in
date, move in date, back on the phone, stamped out, back of the line, back of the queue, on the back
of, back of that, the back door, the back garden, the back seat, the back yard, the back room, the
back row, the back end, the back office, the back burner, what year is it, round the back, around
the back, out the back, spell the brand, one's called, one is called, ones called, ones are called,
m dial, am dial, fm dial, the dial, the run out, at one time, at any one time, do you deliver to, do
you ship to, do they deliver to, what year is the, what year is your, what year's
""")
"""Phrases that only look like a cue: they open nothing."""
