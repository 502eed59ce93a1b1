"""Campaigns through the command line: what belongs together, whatever the order; ids that stay good; explain; filters."""
import csv
import io
import random
import re

from harness import mail, mbox, same

WORDS = [''.join(random.Random('w%d' % i).choice('bdfgklmnprstv') + random.Random('v%d.%d' % (i, k)).choice('aeiou') for k in range(3)) + str('xyz'[i % 3])
         for i in range(2000)]


def message(n, template):
    """Forty words, every fourth a slot of three; one price a template; two domains a template."""
    draw = random.Random('m%d' % n)
    words = [WORDS[(template * 160 + 4 * i + (draw.randrange(3) if i % 4 == 0 else 0)) % 2000] for i in range(40)]
    body = ' '.join(words[:20]) + '\n' + ' '.join(words[20:]) + ' for %d dollars.\n\nhttp://shop%d-%d.example/a/%d\n' % (
        1013 + 37 * template, template, draw.randrange(2), n)
    return mail(n, subject='a %s for you' % WORDS[template], body=body)


MAILS = [message(n, n % 8) for n in range(160)] + [mail(1000 + n, subject='note', body='%s\n' % ' '.join(random.Random(n).sample(WORDS, 30))) for n in range(40)]


def ingest(t, mails, store='t.db', jobs='1', trust=None):
    t.write('box', mbox(mails))
    t.run('ingest', '--store', store, '--no-default-packs', '--feed', 'f', '-j', jobs, *(['--trust', trust] if trust else []), 'box')


def groups(rows):
    """campaign -> the template of each of its messages."""
    out = {}
    for m in rows:
        if m['campaign']:
            out.setdefault(m['campaign'], set()).add(int(re.match(r'<m(\d+)@', m['message_id']).group(1)) % 8)
    return out


def case_each_template_is_a_campaign(t):
    ingest(t, MAILS)
    rows = t.messages()
    found = groups(rows)
    same(sorted(found.values(), key=min), [{k} for k in range(8)])
    same(len([m for m in rows if m['campaign']]), 160)
    for name, members in found.items():
        ids = [m['id'] for m in rows if m['campaign'] == name]
        same(name, 'c-' + min(ids)[:12])


def case_the_order_does_not_matter(t):
    want = None
    for seed in range(3):
        mails = MAILS[:]
        random.Random(seed).shuffle(mails)
        store = '%d.db' % seed
        for part in range(0, len(mails), 70 + 65 * seed):
            t.write('p%d' % part, mbox(mails[part:part + 70 + 65 * seed]))
            t.run('ingest', '--store', store, '--no-default-packs', '--feed', 'f', '-j', '2', 'p%d' % part)
        out = t.run('campaigns', '--store', store, '--format', 'json').out + str(sorted((m['id'], m['campaign'] or '') for m in t.messages(store=store)))
        want = want or out
        same(out, want)


def case_lists(t):
    ingest(t, MAILS)
    doc = t.run('campaigns', '--store', 't.db', '--format', 'json').json()
    same((doc['version'], doc['shown'], doc['total']), (1, 8, 8))
    c = doc['campaigns'][0]
    same(list(c), ['id', 'messages', 'first', 'last', 'sample', 'subject', 'feeds', 'brands', 'programmes', 'engines', 'countries', 'domains',
                   'distinct_domains'])
    same((c['messages'], c['feeds'], c['distinct_domains']), (20, [{'name': 'f', 'messages': 20}], 2))
    assert c['sample'].startswith(c['id'][2:])
    rows = list(csv.DictReader(io.StringIO(t.run('campaigns', '--store', 't.db', '--format', 'csv').out)))
    same([r['campaign'] for r in rows], [x['id'] for x in doc['campaigns']])
    same(len(t.run('campaigns', '--store', 't.db', '--limit', '3', '--format', 'jsonl').lines()), 3)
    assert '8 of 8' not in t.run('campaigns', '--store', 't.db').out
    same(len(t.messages('--campaign', c['id'])), 20)
    same(t.run('campaigns', '--store', 't.db', '--campaign', c['id'], '--format', 'json').json()['total'], 1)


def case_ids_stay_good(t):
    """What was a campaign's name before it grew leads to it afterwards."""
    ingest(t, MAILS[:16], 'g.db')
    before = {m['campaign']: int(re.match(r'<m(\d+)@', m['message_id']).group(1)) % 8 for m in t.messages(store='g.db') if m['campaign']}
    ingest(t, MAILS, 'g.db')
    after = groups(t.messages(store='g.db'))
    assert before and set(before) - set(after), 'the case needs an id that changed'
    for old, template in before.items():
        r = t.run('explain', old, '--store', 'g.db', '--format', 'json').json()
        same(after[r['campaigns'][0]['id']], {template})


def case_explain(t):
    ingest(t, MAILS)
    rows = t.messages()
    m = [r for r in rows if r['campaign']][0]
    out = t.run('explain', m['id'], '--store', 't.db').out
    assert 'nearest message' in out and 'domains: 1 linked' in out and '6 make an edge' in out and 'of 19 compared' in out, out
    lone = [r for r in rows if not r['campaign']][0]
    out = t.run('explain', lone['id'], '--store', 't.db').out
    assert 'of 199 compared' in out, out
    assert 'no campaign' in t.run('explain', 'c-000000000000', '--store', 't.db', code=3).err
    r = t.run('explain', 'c-' + lone['id'][:12], '--store', 't.db')
    assert 'is in no campaign now; none is like it' in r.err and 'of 199 compared' in r.out, r


def case_joined_by_what_its_engine_sends(t):
    """Texts drawn anew, from one engine: a campaign by their link, when the store's other campaigns each have links of their own. explain tells it."""
    def sent(n, body, subject):
        day = 1 + n % 28
        return ('Received: from pc%d (unknown [10.%d.%d.1])\n\tby mx.trap.example (Postfix) with SMTP id A%d;\n'
                '\tWed, %02d Sep 2010 10:00:%02d +0000\n' % (n, n % 250, n // 250, n, day, n % 60) +
                'Subject: %s\nMessage-Id: <m%d@pc%d>\nTo: <user@trap.example>\nX-Robo: 7\nFrom: Robo <robo%d@sender.example>\n'
                'Date: %d Sep 10 10:00:00 GMT\nMIME-Version: 1.0\nContent-Type: text/plain\n\n%s' % (subject, n, n, n, day, body)).encode()

    def drawn(n):
        r = random.Random('d%d' % n)
        return ' '.join(r.sample(WORDS, 12)).capitalize() + '.\n\nhttp://offer.example/go.php?id=%08x\n' % r.getrandbits(32)

    mails, n = [], 0
    for k in range(45):
        words = random.Random('t%d' % k).sample(WORDS, 40)
        for _ in range(8):
            mails.append(sent(n, ' '.join(words) + '.\n\nhttp://own%d.example/go.php?id=%08x\n' % (k, n * 7919), 'about %s' % WORDS[k]))
            n += 1
    crumbs = [sent(n + i, drawn(i), 'for %s' % WORDS[100 + i]) for i in range(20)]
    ingest(t, mails + crumbs, trust='mx.trap.example')
    rows = {int(re.match(r'<m(\d+)@', m['message_id']).group(1)): m for m in t.messages()}
    assert all(m['engine'] for m in rows.values()), 'the case needs an engine'
    joined = {rows[n + i]['campaign'] for i in range(20)}
    same(len(joined), 1)
    same(len({m['campaign'] for m in rows.values()}), 46)
    same('joined  ' in t.run('explain', rows[0]['campaign'], '--store', 't.db').out, False)
    for what in (joined.pop(), rows[n]['id']):
        out = t.run('explain', what, '--store', 't.db').out
        assert '0 parts and 20 messages alone' in out and re.search(r'link +which in this store is of two campaigns in 2\.4 %', out), out
    ingest(t, crumbs, 'few.db', trust='mx.trap.example')
    same({m['campaign'] for m in t.messages(store='few.db')}, {None})


def case_goods_of_a_campaign(t):
    """What a tenth of a campaign says of its goods, and nobody there contradicts, holds for those of it that say nothing."""
    def some(template, words):
        mails = [message(n, template) for n in range(20)]
        return [m.replace(b'Subject: a ', b'Subject: %s ' % words[n].encode()) if n in words else m for n, m in enumerate(mails)]
    few = {2: 'viagra', 5: 'cialis'}
    several = dict(few) | {9: 'levitra'}
    torn = several | {11: 'replica watches', 13: 'replica watches'}
    boxes = [some(0, several), some(1, few), some(2, torn)]
    t.write('box', mbox([m.replace(b'Message-ID: <m', b'Message-ID: <m%d' % k) for k, box in enumerate(boxes) for m in box]))
    t.run('ingest', '--store', 't.db', '--feed', 'f', 'box')
    rows = t.messages()
    same(len({m['campaign'] for m in rows}), 3)
    found = [[m['category'] for m in rows if m['message_id'].startswith('<m%d' % k)] for k in range(3)]
    same([{c: f.count(c) for c in set(f)} for f in found],
         [{'pharma': 20}, {'pharma': 2, None: 18}, {'pharma': 3, 'replica': 2, None: 15}])
    heir = next(m for m in rows if m['category'] and not m['own_category'])
    same((heir['brand'], heir['via']), (None, 'none'))
    assert heir['category_confidence'] < 0.93, heir
    out = t.run('explain', '--store', 't.db', heir['id']).out
    assert 'the category is that of the other messages of its campaign' in out, out
