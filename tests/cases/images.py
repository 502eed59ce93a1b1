"""Image spam: what shows the same picture belongs together, however its bytes, its size and the text beside it vary."""
import base64
import random
import re

from harness import mail, mbox, picture, png, same

WORDS = [''.join(random.Random('i%d' % i).choice('bdfgklmnprstvaeiou') for _ in range(7)) for i in range(3000)]


def letter(n, image, words=60):
    """One image over a text that no other message has."""
    draw = random.Random('t%d' % n)
    text = ' '.join(draw.sample(WORDS, words))
    body = ('--b\nContent-Type: text/html; charset=us-ascii\n\n<html><body><img src="cid:i"><p>%s</p></body></html>\n'
            '--b\nContent-Type: image/png\nContent-ID: <i>\nContent-Transfer-Encoding: base64\n\n%s--b--\n' % (
                text, base64.encodebytes(image).decode()))
    m = mail(n, subject=' '.join(draw.sample(WORDS, 3)), body=body)
    return m.replace(b'Content-Type: text/plain; charset=utf-8', b'Content-Type: multipart/related; boundary=b')


def groups(rows):
    out = {}
    for m in rows:
        if m['campaign']:
            out.setdefault(m['campaign'], set()).add(int(re.match(r'<m(\d+)@', m['message_id']).group(1)) // 100)
    return out


def ingest(t, mails, store='t.db', jobs='1'):
    t.write('box', mbox(mails))
    return t.run('ingest', '--store', store, '--no-default-packs', '--feed', 'f', '-j', jobs, 'box')


def case_a_picture_is_a_campaign(t):
    mails = [letter(100 * which + seed, picture(which, seed)) for which in range(4) for seed in range(8)]
    ingest(t, mails)
    rows = t.messages()
    same(sorted(map(sorted, groups(rows).values())), [[0], [1], [2], [3]])
    same(len([m for m in rows if m['campaign']]), 32)
    same(all(m['anomalies'] == [] for m in rows), True)
    same(bool(re.search(r'a similar image: \d+ of 256 bits', t.run('explain', '--store', 't.db', rows[0]['id']).out)), True)
    ingest(t, mails, 'j.db', '4')
    same(sorted((m['id'], m['campaign']) for m in t.messages(store='j.db')), sorted((m['id'], m['campaign']) for m in rows))


def case_nothing_to_see_joins_nothing(t):
    """Spacers, counters, one colour: however equal, they are no picture."""
    mails = [letter(100 * n, png(w, h, [bytearray([n]) * w] * h)) for n, (w, h) in enumerate([(1, 1), (1, 300), (300, 200), (250, 180), (400, 12)] * 4)]
    ingest(t, mails)
    same(groups(t.messages()), {})


def case_damage_is_a_fact(t):
    whole = picture(0, 0)
    bomb = png(30000, 30000, [bytes(30001)] * 200)
    ingest(t, [letter(0, whole), letter(100, whole[:len(whole) // 2]), letter(200, bomb), letter(300, whole[:200])])
    found = {m['message_id']: m['anomalies'] for m in t.messages()}
    same(found, {'<m0@sender.example>': [], '<m100@sender.example>': ['image_damaged'], '<m200@sender.example>': ['image_cap'],
                 '<m300@sender.example>': ['image_damaged']})


def case_a_smaller_limit_of_the_user_is_no_broken_image(t):
    """The child that decodes images lowers its limits: what is lower already (ulimit -f) stays."""
    t.write('box', mbox([letter(1, picture(1, 1))]))
    t.run('ingest', '--store', 't.db', '--no-default-packs', '--feed', 'f', '-j', '1', 'box', fsize=20 << 20)
    same([m['anomalies'] for m in t.messages()], [[]])
