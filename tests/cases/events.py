"""trapline events: findings of messages whose programme is known; filters; the exit code for monitors."""
import csv
import io
import random
import re
import time

from harness import mbox, same

DAY = 86400
START = 1283299200  # 2010-09-01
PACK = '''format: 1
programmes:
  - {name: PillCo, brands: [Dawn Pills], source: a test}
  - {name: WatchCo, brands: [Noon Watches], source: a test}
brands:
  - {name: Dawn Pills, kind: storefront, category: pharma, source: a test}
  - {name: Noon Watches, kind: storefront, category: replica, source: a test}
'''


def shop_mail(t, brand, n, clock=0):
    """clock: how many seconds that of the trap is ahead."""
    stamp, there = (time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime(x)) for x in (t, t + clock))
    return (f'Received: from h{n}.example ([192.0.2.{n % 250 + 1}]) by mx.trap.example; {there}\n'
            f'From: a{n}@sender.example\nTo: t@trap.example\nSubject: {brand} number {n}\nDate: {stamp}\n'
            f'Message-ID: <e{n}@sender.example>\n\n{brand}\nbuy at {brand}\n').encode()


def boxes():
    """Two feeds, 60 days. WatchCo stops on day 40; feed a is dead for the days 20 to 22."""
    rnd = random.Random(7)
    out, n = {'a': [], 'b': []}, 0
    for feed in out:
        times = sorted((rnd.uniform(0, 60), rnd.random()) for _ in range(60 * 40))
        for day, kind in times:
            brand = 'Dawn Pills' if kind < 0.5 else 'Noon Watches'
            if (brand == 'Noon Watches' and day >= 40) or (feed == 'a' and 20 <= day < 22):
                continue
            n += 1
            out[feed].append(shop_mail(int(START + day * DAY), brand, n))
    return out


def setup(t):
    pack = t.write('pack.yaml', PACK.encode())
    for feed, mails in boxes().items():
        t.ingest('--feed', feed, '--trust', 'mx.trap.example', '--no-default-packs', '--pack', pack, t.write('box-' + feed, mbox(mails)))


def events(t, *args, code=0):
    return t.run('events', '--store', 't.db', '--format', 'json', *args, code=code).json()['events']


def case_findings(t):
    setup(t)
    all_ = events(t)
    found = {(e['kind'], tuple(e['subject'].values())): e for e in all_}
    out = found['outage', ('a',)]
    assert out['start']['lo'] <= '2010-09-21T00:00:00Z' <= out['start']['hi'], out['start']
    assert out['end']['lo'] <= '2010-09-23T00:00:00Z' <= out['end']['hi'], out['end']
    stop = found['volume_change', ('WatchCo',)]
    assert stop['start']['lo'] <= '2010-10-11T00:00:00Z' <= stop['start']['hi'], stop['start']
    assert 30 < stop['before'] < 50 and stop['after'] < 1
    total = found['volume_change', ()]
    assert 60 < total['before'] < 100 and total['start']['time'][:9] == '2010-10-1'
    assert ('volume_change', ('PillCo',)) not in found
    for e in all_:
        assert re.fullmatch('f-[0-9a-f]{12}', e['id'])
        assert 0 <= e['confidence'] <= 1 and e['reading'].endswith('.')
        assert any(p['kind'] == 'query' and p['argv'][:2] == ['trapline', 'series'] for p in e['evidence'])
    ids = [i for e in all_ for p in e['evidence'] if p['kind'] == 'messages' for i in p['before'] + p['after']]
    assert ids
    t.run('explain', '--store', 't.db', ids[0])
    for e in all_:
        same(t.run('explain', '--store', 't.db', '--format', 'json', e['id']).json(), e)
        told = t.run('explain', '--store', 't.db', e['id']).out
        assert e['reading'] in told and 'trapline series' in told and '--store t.db' in told, told
    assert 'no finding' in t.run('explain', '--store', 't.db', 'f-000000000000', code=3).err
    # filters
    same([e['kind'] for e in events(t, '--only', 'outage')], ['outage'])
    same([e['subject'] for e in events(t, '--programme', 'WatchCo')], [{'programme': 'WatchCo'}])
    same({e['kind'] for e in events(t, '--feed', 'a')}, {'outage'})
    same(events(t, '--until', '2010-09-15'), [])
    assert len(events(t, '--since', '2010-10-01')) == len(all_) - 1
    # monitors
    events(t, '--fail-on', 'outage,closure', code=1)
    events(t, '--fail-on', 'switch')
    events(t, '--since', '2010-10-01', '--fail-on', 'outage')
    r = t.run('events', '--store', 't.db', '--fail-on', 'storm', code=2)
    assert 'volume_change' in r.err
    days = t.run('series', '--index', '--store', 't.db', '--format', 'json').json()['series']
    same(len(days), 60)
    assert 90 < sum(d['index'] for d in days[1:8]) / 7 < 110 and all(d['lo'] <= d['index'] <= d['hi'] for d in days if d['lo'])
    assert 80 < (days[21]['index'] or 100) < 130 and days[21]['messages'] < 60, 'an outage is no drop'
    assert sum(d['index'] for d in days[45:55]) / 10 < 65
    # the other formats
    rows = list(csv.DictReader(io.StringIO(t.run('events', '--store', 't.db', '--format', 'csv').out)))
    same([r['id'] for r in rows], [e['id'] for e in all_])
    table = t.run('events', '--store', 't.db').out
    assert 'WatchCo (replica) fell' in table and '2010-09-2' in table
    same(stop['advertised']['category'], 'replica')
    assert 'advertised  category replica, 100.0 % of its mail' in t.run('explain', '--store', 't.db', stop['id']).out
    assert not any(e['kind'] == 'category_change' for e in all_), 'told by its only programme'
    # the same again, whatever order it was read in
    text = t.run('events', '--store', 't.db', '--format', 'jsonl').out
    t.run('analyse', '-q', '--store', 't.db', '--no-default-packs', '--pack', 'pack.yaml')
    same(t.run('events', '--store', 't.db', '--format', 'jsonl').out, text)


GOODS = '''format: 1
categories:
  - {name: stock, source: a test, words: [{weight: 5.0, any: [this ticker]}]}
  - {name: pharma, source: a test, words: [{weight: 5.0, any: [these pills]}]}
'''


def case_categories(t):
    """Mail of no known programme, whose category is known: stock spam stops on day 40, pharma goes on."""
    rnd = random.Random(8)
    times = sorted((rnd.uniform(0, 60), rnd.random() < 0.5) for _ in range(60 * 80))
    mails = [shop_mail(int(START + day * DAY), 'buy this ticker' if stock else 'buy these pills', n)
             for n, (day, stock) in enumerate(times) if not stock or day < 40]
    pack = t.write('goods.yaml', GOODS.encode())
    t.ingest('--feed', 'a', '--trust', 'mx.trap.example', '--no-default-packs', '--pack', pack, t.write('box', mbox(mails)))
    fell = events(t, '--category', 'stock')
    same([(e['kind'], e['subject']) for e in fell], [('category_change', {'category': 'stock'})])
    fell = fell[0]
    assert fell['start']['lo'] <= '2010-10-11T00:00:00Z' <= fell['start']['hi'] and 30 < fell['before'] < 50 and fell['after'] < 1
    assert fell['reading'].startswith('Stock spam fell by '), fell['reading']
    assert ['trapline', 'series', '--category', 'stock'] in [p['argv'][:4] for p in fell['evidence'] if p['kind'] == 'query']
    same(events(t, '--category', 'pharma'), [])
    assert 'category    stock' in t.run('explain', '--store', 't.db', fell['id']).out
    assert any('because stock spam fell' in e['reading'] for e in events(t, '--only', 'volume_change'))
    events(t, '--only', 'category_change', '--fail-on', 'category_change', code=1)
    rows = list(csv.DictReader(io.StringIO(t.run('events', '--store', 't.db', '--format', 'csv', '--category', 'stock').out)))
    same([(r['kind'], r['category']) for r in rows], [('category_change', 'stock')])
    t.run('report', '--store', 't.db', '-o', t.path('r.html'))
    with open(t.path('r.html'), encoding='utf-8') as f:
        page = f.read()
    assert '<li>Stock spam fell by ' in page and 'pharma spam' in page


def case_nothing_to_tell(t):
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox([shop_mail(START + i * 3600, 'Dawn Pills', i) for i in range(30)])))
    same(events(t), [])
    t.run('events', '--store', 'absent.db', code=3)


def case_a_clock_that_was_wrong(t):
    """Twelve days with the clock four years back are no outage, and it is said."""
    rnd = random.Random(9)
    days = sorted(rnd.uniform(0, 60) for _ in range(60 * 20))
    wares = ('tulip bulbs', 'garden chairs', 'winter coats', 'copper kettles', 'sailing boats', 'wooden toys')
    mails = [shop_mail(int(START + day * DAY), wares[n % len(wares)], n, -1461 * DAY if 20 <= day < 32 else 0) for n, day in enumerate(days)]
    t.ingest('--feed', 'a', '--trust', 'mx.trap.example', t.write('box', mbox(mails)))
    same(events(t), [])
    assert 'Feed a has a wrong time on' in ' '.join(t.run('report', '--store', 't.db').out.split())


def case_an_archive_under_two_names(t):
    """Two exports that overlap tell what the whole archive tells, and that they are the same mail."""
    rnd = random.Random(11)
    days = sorted(rnd.uniform(0, 60) for _ in range(60 * 20))
    mails = [shop_mail(int(START + day * DAY), 'tulip bulbs', n) for n, day in enumerate(days) if not 20 <= day < 22]
    pack = t.write('pack.yaml', PACK.encode())
    told = []
    for store, parts in (('one.db', [('a', mails)]), ('two.db', [('a', mails[:900]), ('b', mails[200:])])):
        for feed, part in parts:
            box = t.write('box-' + feed, mbox(part))
            t.run('ingest', '--store', store, '--no-default-packs', '--feed', feed, '--trust', 'mx.trap.example', '--pack', pack, box)
        told.append([(e['kind'], e['start'], e['end']) for e in t.run('events', '--store', store, '--format', 'json').json()['events']])
        same('are in several feeds, byte for byte' in ' '.join(t.run('report', '--store', store).out.split()), len(parts) > 1)
    same([kind for kind, _, _ in told[0]], ['outage'])
    same(told[0], told[1])


def case_a_host_that_nobody_named(t):
    """Mail that the trap received by another host than was named is left out of findings, and that is said."""
    mails = [shop_mail(int(START + n * DAY / 10), 'tulip bulbs', n) for n in range(400)]
    t.eml_folder('box', [m if n < 240 else m.replace(b'by mx.trap', b'by mx2.trap') for n, m in enumerate(mails)])
    t.ingest('--feed', 'a', '--trust', 'mx.trap.example', 'box')
    said = ' '.join(t.run('report', '--store', 't.db').out.split())
    assert 'Findings leave out 160 of 400 messages of feed a, which only their senders date' in said, said
