"""trapline observe: facts from outside, in and out; what is refused, and where."""
import gzip
import json

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
