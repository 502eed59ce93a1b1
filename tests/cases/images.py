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


# https://paypal-login.example.com/v, by qrencode -l L
CODE = """11111110010011001101001111111
10000010001110111101101000001
10111010111011101010001011101
10111010011101110011001011101
10111010001000100011001011101
10000010010001000101001000001
11111110101010101010101111111
00000000111011101110100000000
11101111101100111101111000100
00011100001100110000011001001
10011111010001001000101010111
00001001100100001110100100010
00110010100010000101111101011
11100000110111001110111001001
01011111010110100010010111011
01111100111011101101010111010
00100011000100111101101101011
01011101101100100000111001101
10001010001001000000010110011
01010001101100011100100101010
10111011111010011100111110000
00000000110111001101100010111
11111110110110100001101011011
10000010110011101110100011011
10111010101100111110111110001
10111010000100101000100110111
10111010111001000101000111001
10000010111100000101101100010
11111110110010001101101011011"""


# Two lines: https://a.example/ and https://b.example/, by qrencode -8 -l L
LINES = """11111110001001111001001111111
10000010010000111101001000001
10111010100100000010001011101
10111010010011010011101011101
10111010010011110001001011101
10000010001110110001001000001
11111110101010101010101111111
00000000100100011111100000000
11101111100010011110011000100
10111100010111001010111001001
01011110101110101110101010111
10000100111011110101000110010
10111010001100100111111101011
10001100101100101000111001001
11001110001001000100110111011
10000000111100011110000001010
11000111011010011111111001011
00010101100111001001001001101
10100010100110100100001000011
01111001100011110110110011010
10100010010100101101111110000
00000000100100101101100010111
11111110111001001111101011011
10000010100100010101100011000
10111010110010010110111110011
10111010011111001000000110111
10111010101110100101100011001
10000010101011111101101000010
11111110110100101101101010011"""


def code(scale, dark=0, light=255, of=CODE):
    """A PNG of it, with its margin."""
    rows = ['0' * 37] * 4 + ['0000' + row + '0000' for row in of.split()] + ['0' * 37] * 4
    line = [bytearray(dark if c == '1' else light for c in row for _ in range(scale)) for row in rows]
    return png(37 * scale, 37 * scale, [r for r in line for _ in range(scale)])


def lure(n, image):
    m = re.sub(b'(?m)^Subject: .*$', b'Subject: Your PayPal account is limited', letter(n, image, 20))
    m = re.sub(b'(?m)^From: .*$', b'From: "PayPal Service" <service@mail.example.net>', m)
    return m.replace(b'<p>', b'<p>Dear PayPal customer, scan the code to restore access. ')


def case_a_code_is_a_link(t):
    """A lure whose only link is a QR code: its link counts as any other, and it is told where it comes from; the same for an image that comes again."""
    mails = [lure(0, code(3)), letter(100, picture(0, 0)), lure(200, code(5, 90, 230)), lure(300, code(3))]
    for jobs in '1', '4':
        t.write('box', mbox(mails))
        t.run('ingest', '--store', jobs, '--feed', 'f', '-j', jobs, 'box')
        rows = {m['message_id']: m for m in t.messages(store=jobs)}
        for n in 0, 200, 300:
            m = rows['<m%d@sender.example>' % n]
            same((m['urls'], m['domains'], m['n_urls'], m['anomalies']), (['https://paypal-login.example.com/v'], ['example.com'], 1, ['qr_code']))
            same([a['qr'] for a in m['attachments']], [['https://paypal-login.example.com/v']])
            same((m['brand']['name'], m['category']), ('PayPal', 'phishing'))
            same({e['where'] for e in m['evidence'] if e['text'] == m['urls'][0]}, {'qr'})
        plain = rows['<m100@sender.example>']
        same((plain['urls'], plain['anomalies'], 'qr' in plain['attachments'][0]), ([], [], False))
    out = t.run('explain', '--store', '1', rows['<m0@sender.example>']['id']).out
    same('QR code hxxps://paypal-login[.]example[.]com/v' in out and 'in qr: "hxxps://paypal-login[.]example[.]com/v"' in out, True)
    t.run('report', '--store', '1', '-o', 'r.html')
    same('QR code <span class="raw">hxxps://paypal-login[.]example[.]com/v</span>' in t.read('r.html'), True)


def case_a_code_of_two_links(t):
    """A URL with more behind it is text, in which each link counts."""
    ingest(t, [letter(0, code(3, of=LINES))])
    same([(m['urls'], m['attachments'][0]['qr']) for m in t.messages()],
         [(['https://a.example/', 'https://b.example/'], ['https://a.example/\nhttps://b.example/'])])


def case_a_code_is_not_the_only_place(t):
    """A link that an invitation or the script of a page has, too, is not told as the code's."""
    link = 'https://paypal-login.example.com/v'
    files = ('text/calendar', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nURL:%s\nEND:VEVENT\nEND:VCALENDAR' % link), (
        'text/html', '<html><script>window.location.href="%s"</script></html>' % link)
    mails = [lure(n, code(3)).replace(b'--b--', ('--b\nContent-Type: %s; name=a\nContent-Disposition: attachment\n\n%s\n--b--' % f).encode())
             for n, f in enumerate(files)]
    t.write('box', mbox(mails))
    t.run('ingest', '--store', 't.db', '--feed', 'f', 'box')
    same([{e['where'] for e in m['evidence'] if e['text'] == link} for m in t.messages()], [{'url'}, {'url'}])


def case_a_code_beside_known_text(t):
    """Text that comes again is not read again (feature/memo.h); a code beside it counts all the same, behind the text's own links and once."""
    def one(n, image):
        m = re.sub(b'<p>[^<]*</p>', b'<p>See <a href="http://shop.example/">us</a>.</p>', letter(n, image))
        return re.sub(b'(?m)^Subject: .*$', b'Subject: the same', m)

    images = [picture(0, 0), code(3), code(3), picture(0, 0), code(4), code(3, 255, 0), picture(2, 0)] * 2
    want = [['http://shop.example/'] + (['https://paypal-login.example.com/v'] if n % 7 in (1, 2, 4, 5) else []) for n in range(len(images))]
    for jobs in '1', '3':
        ingest(t, [one(n, image) for n, image in enumerate(images)], jobs, jobs)
        rows = {m['message_id']: m for m in t.messages(store=jobs)}
        same([rows['<m%d@sender.example>' % n]['urls'] for n in range(len(images))], want)
        same([rows['<m%d@sender.example>' % n]['anomalies'] for n in range(len(images))], [['qr_code'] if len(w) > 1 else [] for w in want])


def case_a_code_is_all_there_is(t):
    """No words, and the brand is known by where the code leads alone."""
    pack = t.write('p.yaml', 'format: 1\nbrands:\n- {name: Some Shop, source: x, category: pharma, example_domains: [example.com]}\n')
    for n, image in enumerate([code(4), picture(1, 1)]):
        m = re.sub(b'(?m)^Subject: .*$', b'Subject: ', letter(n, image, 0))
        t.run('ingest', '--store', 't.db', '--no-default-packs', '--pack', pack, '--feed', 'f', t.write(str(n), m))
    rows = {m['message_id']: m for m in t.messages()}
    same([rows['<m%d@sender.example>' % n]['brand'] and rows['<m%d@sender.example>' % n]['brand']['name'] for n in range(2)], ['Some Shop', None])


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
