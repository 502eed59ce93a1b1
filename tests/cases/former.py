"""Names of former times: every id that was shown leads to what it became, with the filters, too, and says so where nothing bears it any more."""
import random
import sqlite3

from cases.campaigns import MAILS, ingest, message
from cases.engines import bot, capture, from_hosts, rewritten
from cases.events import PACK, boxes
from harness import mbox, same


def shown(t, kind, store='t.db'):
    doc = t.run(kind, '--store', store, '--format', 'json').json()[kind]
    return {x.get('id') or x.get('name'): x for x in doc}


def explained(t, one, store='t.db'):
    return t.run('explain', one, '--store', store, '--format', 'json').json()


def change(t, *sql):
    db = sqlite3.connect(t.path('t.db'))
    for one in sql:
        db.execute(*one)
    db.commit()
    db.close()


def case_campaigns_of_the_first_half(t):
    """Every id shown after the first half, asked for after the second, in any order and through a third store that never saw the first alone."""
    mails = MAILS[:]
    for seed in range(2):
        random.Random(seed).shuffle(mails)
        store, other = 'h%d.db' % seed, 'o%d.db' % seed
        ingest(t, mails[:100], store)
        before = {m['id']: m['campaign'] for m in t.messages(store=store) if m['campaign']}
        for one in set(before.values()):
            same(explained(t, one, store).get('former'), None)
        ingest(t, mails, store)
        ingest(t, mails[::-1], other)
        now = {m['id']: m['campaign'] for m in t.messages(store=store)}
        assert any(c not in now.values() for c in before.values()), 'the case needs an id that changed'
        for one in set(before.values()):
            member = [i for i in now if i.startswith(one[2:])][0]
            for s in (store, other):
                same([c['id'] for c in explained(t, one, s)['campaigns']], [now[member]])
                same({m['id'] for m in t.messages('--campaign', one, store=s)}, {i for i, c in now.items() if c == now[member]})
                same([c['id'] for c in t.run('campaigns', '--store', s, '--campaign', one, '--format', 'json').json()['campaigns']], [now[member]])
            if one not in now.values():
                assert '%s is now part of %s' % (one, now[member]) in t.run('series', '--store', store, '--campaign', one).err
                assert not t.run('series', '-q', '--store', store, '--campaign', one).err
    assert 'is now part of' in t.run('report', '--store', store, '--campaign', [c for c in before.values() if c not in now.values()][0], '-o', 'r.html').err


def leave(t, ids):
    """As if what held these messages in their campaign were not looked at any more."""
    change(t, *[('UPDATE print SET sketch = NULL WHERE n IN (SELECT n FROM detail WHERE id = ?)', (bytes.fromhex(i),)) for i in ids])
    t.run('analyse', '--store', 't.db', '--no-default-packs')


def case_a_message_leaves_its_campaign(t):
    ingest(t, MAILS)
    c = list(shown(t, 'campaigns'))[0]
    members = sorted(m['id'] for m in t.messages('--campaign', c))
    leave(t, members[:1])
    now = 'c-' + members[1][:12]
    r = t.run('explain', c, '--store', 't.db')
    assert 'its message %s is in no campaign now; of the others that it had, 19 looked up: 19 are in %s' % (members[0][:12], now) in r.err, r.err
    assert now in r.out and 'text (fits' in r.out
    doc = explained(t, c)
    same([x['id'] for x in doc['campaigns']], [now])
    same(doc['former'], [{'id': c, 'state': 'none', 'message': members[0], 'recorded': True, 'looked_at': 19,
                          'messages_in': [{'name': now, 'messages': 19}]}])
    same([m['id'] for m in t.messages('--campaign', c)], members[:1])
    r = t.run('campaigns', '--store', 't.db', '--campaign', c)
    assert '19 are in %s' % now in r.err and now not in r.out, r
    assert '19 are in %s' % now in t.run('report', '--store', 't.db', '--campaign', c, '-o', 'r.html').err
    # once more all of it, and the record still tells where its messages are
    ingest(t, MAILS + [message(8 * 40, 0)])
    t.run('analyse', '--store', 't.db', '--no-default-packs')
    same(explained(t, c)['former'][0]['messages_in'][0]['messages'], 19)
    # it all falls apart
    leave(t, members)
    r = t.run('explain', c, '--store', 't.db')
    assert 'of the others that it had, 19 looked up: 19 are in none' in r.err and r.out.startswith('message ' + members[0]), r
    same(explained(t, c)['campaigns'], [])


def case_without_a_record(t):
    """A store that never saw the campaign: what belongs with the message tells."""
    ingest(t, MAILS)
    c = list(shown(t, 'campaigns'))[0]
    members = sorted(m['id'] for m in t.messages('--campaign', c))
    change(t, ('UPDATE message SET campaign = NULL WHERE n = (SELECT n FROM detail WHERE id = ?)', (bytes.fromhex(members[0]),)),
           ('UPDATE word SET text = ? WHERE text = ?', ('c-' + members[1][:12], c)))
    r = t.run('explain', c, '--store', 't.db')
    assert 'of the messages that belong with it: ' in r.err and 'in c-%s' % members[1][:12] in r.err, r.err
    same(explained(t, c)['former'][0]['recorded'], False)


def case_names_of_nothing(t):
    ingest(t, MAILS[:8])
    for option, name in (('--campaign', 'c-000000000000'), ('--engine', 'engine-0000'), ('--campaign', 'c-0')):
        r = t.run('messages', '--store', 't.db', option, name)
        assert ' is or was called %s here' % name in r.err, r.err
    same(t.run('messages', '--store', 't.db', '--engine', 'robo').err, '')
    same(t.run('messages', '--store', 't.db', '--engine', '').err, '')
    same(t.run('messages', '--store', 't.db', '--campaign', '').err, '')
    assert 'no engine' in t.run('explain', 'engine-0000', '--store', 't.db', code=2).err


TRUST = ('--feed', 'f', '--trust', 'mx.trap.example')


def case_an_engine_that_was_learned(t):
    """What was discovered leads to the name that it has since."""
    t.ingest(*TRUST, t.write('box', mbox([from_hosts(bot(i, i % 4), i) for i in range(60)])))
    old, = shown(t, 'engines')
    t.write('lab', capture())
    t.run('learn', '--store', 't.db', '--trust', 'mx.trap.example', 'robo', 'lab')
    t.run('analyse', '--store', 't.db')
    r = t.run('explain', old, '--store', 't.db')
    assert '%s is now part of robo; of its messages, 32 looked up: 32 are in robo' % old in r.err and 'what marks it' in r.out, r
    same([e['name'] for e in explained(t, old)['engines']], ['robo'])
    same(explained(t, old)['former'][0]['now'], 'robo')
    same(t.messages('--engine', old), t.messages('--engine', 'robo'))
    assert len(t.messages('--engine', old)) == 60
    assert 'is now part of robo' in t.run('engines', '--store', 't.db', '--engine', old).err
    # the model is gone: the same way back
    t.run('analyse', '--store', 't.db', '--model', t.write('empty', t.read('t.db.model').splitlines()[0] + '\n'))
    assert old in shown(t, 'engines')
    same([e['name'] for e in explained(t, 'robo')['engines']], [old])


def case_an_engine_whose_beginning_is_found(t):
    """Older mail gives an engine another name: the one that it had leads to it, also in a store that never called it so."""
    old = [from_hosts(bot(i, i % 4), i) for i in range(90)]
    heir = [from_hosts(rewritten(i, i % 4), i) for i in range(90)]
    t.ingest(*TRUST, t.write('heir', mbox(heir)))
    was, = shown(t, 'engines')
    t.ingest(*TRUST, t.write('old', mbox(old)))
    now, = shown(t, 'engines')
    assert was != now
    t.run('ingest', '-q', '--store', 'u.db', *TRUST, 'old', 'heir')
    for store in ('t.db', 'u.db'):
        same([e['name'] for e in explained(t, was, store)['engines']], [now])
        same(len(t.messages('--engine', was, store=store)), 180)


def case_findings(t):
    """Every finding of the first fifty days, asked for after sixty; and when nothing is told any more."""
    pack = t.write('pack.yaml', PACK.encode())

    def read(*args, store='t.db', part=1.0):
        for feed, mails in boxes().items():
            path = t.write('box-' + feed, mbox(mails[:int(len(mails) * part)]))
            t.run('ingest', '-q', '--store', store, '--feed', feed, '--trust', 'mx.trap.example', '--no-default-packs', *args, path)
    read('--pack', pack, part=0.87)
    before = shown(t, 'events')
    assert len(before) >= 3
    for one, finding in before.items():
        same(explained(t, one), finding)
    read('--pack', pack)
    read('--pack', pack, store='u.db')
    now = shown(t, 'events')
    for one, finding in before.items():
        if finding['kind'] == 'feed_end':  # it went on
            same(explained(t, one)['former']['state'], 'none')
            t.run('explain', one, '--store', 'u.db', code=3)
            continue
        for store in ('t.db', 'u.db'):
            f = explained(t, one, store)
            same((f['kind'], f['subject']), (finding['kind'], finding['subject']))
            assert f['id'] in now and f['evidence'], f
    read()  # nobody knows the programmes any more
    stop, = [f for f in now.values() if f['kind'] == 'volume_change' and f['subject'].get('programme') == 'WatchCo']
    assert stop['id'] not in shown(t, 'events')
    r = t.run('explain', stop['id'], '--store', 't.db')
    assert 'is not told any more' in r.err and 'nothing is told about it now' in r.out and 'WatchCo (replica) fell by 100 %' in r.out, r
    f = explained(t, stop['id'])
    same((f['id'], f['subject'], f['former']), (stop['id'], stop['subject'], {'id': stop['id'], 'state': 'none', 'near': []}))
    assert 'no finding' in t.run('explain', 'f-000000000000', '--store', 't.db', code=3).err
