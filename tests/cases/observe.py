"""trapline observe: facts from outside, in and out; what is refused, and where."""
import gzip
import json
import random
import time

from harness import mail, mbox, same


def line(**members):
    return json.dumps(dict({'source': 'an invented source'}, **members)) + '\n'


INFECTED = line(time='2010-09-01', kind='infection', ip='192.0.2.7', engine='alpha')
UP = line(time='2010-09-02T12:00:00Z', kind='control_up', engine='alpha')
CLAIM = line(time='2010-09', kind='claim', engine='alpha', value='43 %', url='http://vendor.example/')


def listed(t, *args):
    return t.run('observe', '--store', 't.db', '--format', 'json', *args).json()


def case_the_same_fact_is_one(t):
    facts = t.write('facts.jsonl', '# a comment\n\n' + INFECTED + UP + CLAIM + CLAIM)
    r = t.run('observe', '--store', 't.db', facts)
    assert '4 facts read, 3 new' in r.err, r.err
    doc = listed(t)
    same((doc['version'], doc['total']), (1, 3))
    same(sorted(o['kind'] for o in doc['observations']), ['claim', 'control_up', 'infection'])
    again = t.run('observe', '--store', 't.db', t.write('again.jsonl.gz', gzip.compress((UP + CLAIM).encode())))
    assert '2 facts read, 0 new' in again.err, again.err
    # what is listed may be read again
    out = t.run('observe', '--store', 't.db', '--format', 'jsonl').out
    assert '3 facts read, 0 new' in t.run('observe', '--store', 't.db', '-', stdin=out.encode()).err
    same(len(t.run('observe', '--store', 't.db', '--format', 'csv').out.splitlines()), 4)
    same(len(listed(t, '--limit', '1')['observations']), 1)
    same(t.run('observe', '-q', '--store', 't.db', facts).err, '')


def case_taken_back(t):
    t.run('observe', '--store', 't.db', t.write('a', INFECTED + UP + CLAIM))
    assert '1 taken back' in t.run('observe', '--store', 't.db', '--undo', t.write('b', UP)).err
    same(listed(t)['total'], 2)
    t.run('observe', '--store', 't.db', '--undo', code=2)
    t.run('observe', '--store', 'none.db', '--undo', 'b', code=3)


def case_bad_lines_are_told(t):
    bad = ['{', '[]', '{}', '"x"', '\xff', line(time='2010-09-01', kind='infection', ip='no', engine='alpha'),
           line(time='yesterday', kind='control_up', engine='alpha'), line(time='2010-09-01', kind='rumour'),
           line(time='2010-09-01', kind='claim', engine='alpha', value='lots'), json.dumps({'time': 2010, 'kind': 'control_up'}),
           'x' * 100000]
    t.write('facts', INFECTED + ''.join(b.rstrip('\n') + '\n' for b in bad) + UP)
    r = t.run('observe', '--store', 't.db', 'facts', code=3)
    for n in range(2, 2 + len(bad)):
        assert 'facts:%d: ' % n in r.err, (n, r.err)
    assert '%d lines could not be read' % len(bad) in r.err, r.err
    same(listed(t)['total'], 2)
    t.run('observe', '--store', 't.db', 'missing', code=3)
    t.run('observe', '--store', 'no.db', code=3)
    many = t.run('observe', '--store', 't.db', t.write('many', '{\n' * 500), code=3)
    assert len(many.err.splitlines()) < 30 and '500 lines' in many.err


def case_hostile_text_stays_text(t):
    evil = '\x1b[31m<script>\u202e=1+1'
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox([mail(i * 100) for i in range(40)])))
    t.run('observe', '--store', 't.db', t.write(
        'facts', line(time='2010-09-02', kind='claim', engine=evil, value=5, source=evil, url=evil, note=evil) +
        line(time='2010-09-02', kind='control_up', engine=evil, source=evil) +
        line(time='2010-09-02', kind='infection', engine=evil, source=evil, ip='192.0.2.1')))
    t.run('report', '--store', 't.db', '-o', 'r.html')
    page = t.read('r.html')
    assert '<script' not in page and '\x1b' not in page and '\u202e' not in page
    for args in (['observe'], ['events'], ['observe', '--format', 'csv']):
        out = t.run(*args, '--store', 't.db').out
        assert '\x1b' not in out and '\u202e' not in out


DAY = 86400
START = 1283299200  # 2010-09-01
STOP = 40.5


def stamped(day, form='%a, %d %b %Y %H:%M:%S +0000'):
    return time.strftime(form, time.gmtime(START + day * DAY))


def bot(n, day, dull):
    """Two invented engines: they differ in the order of fields, the Message-ID, the form of the Date."""
    head = ('Received: from pc%d (unknown [198.51.100.%d])\n\tby mx.trap.example (Postfix) with SMTP id A%d;\n\t%s\n' %
            (n, n % 100 + (100 if dull else 0), n, stamped(day)))
    body = 'MIME-Version: 1.0\nContent-Type: text/plain\n\n' + ' '.join('word%d%s' % (k, 'abcdefgh'[n % 8]) for k in range(40)) + '\n'
    if dull:
        return (head + 'Message-ID: <QQ$%d.%08X@mail%d.example>\nX-Q: 1\nDate: %s\nTo: user@trap.example\nFrom: "Dull" <d%d@sender.example>\n'
                'Subject: news %d\n' % (n, n * 7919, n, stamped(day), n, n) + body).encode()
    return (head + 'Subject: offer %d\nMessage-Id: <%08x.%06d@pc%d>\nTo: <user@trap.example>\nX-Robo: 7\nFrom: Robo <robo%d@sender.example>\n'
            'Date: %s\n' % (n, n * 7919 + 0x10000000, n, n, n, stamped(day, '%d %b %y %H:%M:%S GMT')) + body).encode()


def world(t, feeds='abc'):
    """Feeds of 60 days. robo stops in the middle of day 40; dull goes on."""
    rnd = random.Random(5)
    for name, dull in (('robo', False), ('dull', True)):
        box = t.write('lab-' + name, mbox([bot(90000 + i, i % 28, dull) for i in range(60)]))
        t.run('learn', '--model', 't.db.model', '--trust', 'mx.trap.example', name, box)
    n = 10000
    for feed in feeds:
        mails = []
        for day in sorted(rnd.uniform(0, 60) for _ in range(1800)):
            dull = rnd.random() < 0.5
            if dull or day < STOP:
                n += 1
                mails.append(bot(n, day, dull))
        t.ingest('--no-analyse', '--feed', feed, '--trust', 'mx.trap.example', t.write('box-' + feed, mbox(mails)))


def at(day):
    return stamped(day, '%Y-%m-%dT%H:%M:%SZ')


def analysed(t, *facts):
    t.run('observe', '--store', 't.db', t.write('facts', ''.join(facts)))
    t.run('analyse', '-q', '--store', 't.db', '--no-default-packs')
    return t.run('events', '--store', 't.db', '--format', 'json').json()['events']


def fall(events):
    return [e for e in events if e['kind'] == 'volume_change' and e['subject'] == {'engine': 'robo'}][0]


def servers(event):
    return [p for p in event['evidence'] if p['kind'] == 'control_servers']


def case_facts_laid_over_the_mail(t):
    world(t)
    plain = analysed(t)
    stop = fall(plain)
    assert stop['start']['lo'] <= at(STOP) <= stop['start']['hi'], stop['start']
    same((servers(stop), 'servers' in stop['reading']), ([], False))

    # servers: still up, down before, down after, not to be ordered
    for facts, verdict, words in (
            ([(20, 'control_up'), (43, 'control_up')], 'still_up', 'servers up, spam gone'),
            ([(38, 'control_down')], 'down_before', 'had been down since'),
            ([(43, 'control_down'), (44, 'control_down')], 'down_after', 'before that'),
            ([(STOP, 'control_down')], 'not_ordered', 'cannot be told'),
            ([(1, 'control_down'), (5, 'control_up')], None, ''),
            ([(38, 'control_down'), (39, 'control_up')], None, '')):
        lines = [line(time=at(day), kind=kind, engine='ROBO') for day, kind in facts]
        found = fall(analysed(t, *lines))
        same(([p['verdict'] for p in servers(found)], found['id']), ([verdict] if verdict else [], stop['id']))
        assert words in found['reading'] and found['reading'].count('.') == 1 and found['reading'][-1] == '.', found['reading']
        if verdict == 'down_before':
            assert 48 < servers(found)[0]['hours'] < 72 and servers(found)[0]['hours_lo'] <= 60 <= servers(found)[0]['hours_hi']
        t.run('observe', '--undo', '--store', 't.db', t.write('facts', ''.join(lines)))
    same(analysed(t), plain)


def case_claims_are_weighed(t):
    world(t)
    facts = {'agrees': dict(value='50 %'), 'contradicts': dict(value='80 %'), 'cannot_say': dict(value='50 %', time='2009-09')}
    lines = [line(kind='claim', engine='Robo', note=name, **dict({'time': '2010-09'}, **members)) for name, members in facts.items()]
    lines += [line(kind='claim', time='2010-09', engine='robo', value=members[0], source=members[1]) for members in
              [('>40 %', 'bound'), ('<20 %', 'low'), (0.5, 'number'), ('45-75 %', 'range')]]
    lines += [line(kind='claim', time='2010-09', engine='robo', value='9', unit='bn/day', source='unit'),
              line(kind='claim', time='2010-09', engine='robo', source='none'),
              line(kind='claim', time='2010-09', engine='nobody', value='50 %', source='nobody'),
              line(kind='claim', time='2010-10-14', end='2010-10-29', engine='robo', value='0 %', source='gone'),
              line(kind='claim', time='2010-09', engine='robo', value='0.1 %', unit='%', source='tiny')]
    plain = analysed(t)
    events = analysed(t, *lines)
    same([e for e in events if e['kind'] != 'claim'], plain)
    claims = [e for e in events if e['kind'] == 'claim']
    same(len(claims), len(lines))
    verdicts = {e['source']: e['verdict'] for e in claims}
    same({k: verdicts[k] for k in ('bound', 'low', 'number', 'unit', 'none', 'nobody', 'tiny', 'gone')},
         {'bound': 'agrees', 'low': 'contradicts', 'number': 'agrees', 'unit': 'cannot_say', 'none': 'cannot_say', 'nobody': 'cannot_say',
          'tiny': 'contradicts', 'gone': 'agrees'})
    same(sorted(e['verdict'] for e in claims if e['source'] == 'an invented source'), ['agrees', 'cannot_say', 'contradicts'])
    for e in claims:
        proof = [p for p in e['evidence'] if p['kind'] == 'claim'][0]
        if e['verdict'] != 'cannot_say':
            true = 0 if e['source'] == 'gone' else 0.5
            assert proof['share_lo'] <= true <= proof['share_hi'] and proof['feeds'] == 3, proof
        else:
            assert proof['reason'] and proof['reason'] in e['reading'], e
    # claims are no alarms
    t.run('events', '--store', 't.db', '--fail-on', 'volume_change', code=1)
    t.run('events', '--store', 't.db', '--fail-on', 'switch,closure,outage', code=0)
    assert 'no alarm' in t.run('events', '--store', 't.db', '--fail-on', 'claim', code=2).err
    same({e['kind'] for e in t.run('events', '--store', 't.db', '--only', 'claim', '--format', 'json').json()['events']}, {'claim'})


def case_one_feed_cannot_say(t):
    world(t, 'a')
    found = [e for e in analysed(t, line(time='2010-09-10', kind='claim', engine='robo', value=5)) if e['kind'] == 'claim']
    same([e['verdict'] for e in found], ['cannot_say'])
    assert 'one feed' in found[0]['reading'], found


def case_infected_peers(t):
    world(t)
    # robo sends from .0 to .99, dull from .100 to .199
    facts = [line(time=at(10), kind='infection', ip='198.51.100.%d' % i, engine='ROBO') for i in range(30)]
    facts += [line(time=at(10), kind='infection', ip='198.51.100.%d' % i, engine='robo') for i in range(100, 105)]
    facts += [line(time=at(10), kind='infection', ip='198.51.100.%d' % i, engine='Strange') for i in range(28, 32)]
    facts += [line(time=at(10), end=at(30), kind='infection', ip='198.51.100.50'),
              line(time='2009-01-01', kind='infection', ip='198.51.100.51', engine='robo'),
              line(time=at(10), kind='infection', ip='203.0.113.1', engine='robo')]
    analysed(t, *facts)
    engines = {e['name']: e['infection'] for e in t.run('engines', '--store', 't.db', '--format', 'json').json()['engines']}
    robo, dull = engines['robo'], engines['dull']
    assert robo['peers'] == 100 and 25 <= robo['infected'] <= 33 and 22 <= robo['agree'] <= 30 and robo['otherwise'] == 0, robo
    assert {n['name'] for n in robo['names']} == {'robo', 'Strange', None}, robo
    assert dull['agree'] == 0 and 1 <= dull['otherwise'] == dull['infected'] <= 5, dull
    m = [m for m in t.messages('--engine', 'robo') if m['ip'] == '198.51.100.50' and at(12) < m['time'] < at(28)][0]
    assert 'infected with something not named' in t.run('explain', m['id'], '--store', 't.db').out
    out = [m for m in t.messages('--engine', 'robo') if m['ip'] == '198.51.100.51'][0]
    assert 'infected with' not in t.run('explain', out['id'], '--store', 't.db').out


def case_shipped_claims(t):
    r = t.run('observe', '--store', 't.db', '--published')
    assert ' 0 new' not in r.err and 'read, ' in r.err, r.err
    claims = listed(t)['observations']
    assert claims and all(c['kind'] == 'claim' and c['source'] for c in claims), claims
    assert ' 0 new' in t.run('observe', '--store', 't.db', '--published').err
    t.run('observe', '--store', 't.db', '--published', '--undo')
    same(listed(t)['total'], 0)
