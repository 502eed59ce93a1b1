"""trapline changes: a series of numbers in, its changes out."""
import csv
import io
import math

from harness import same


def series(t, values, name='s.csv', times=None):
    first = times or range(len(values))
    text = ('time' if times else 'index') + ',value\n' + ''.join('%s,%s\n' % (a, b) for a, b in zip(first, values))
    return t.write(name, text.encode())


def steps(n=120, at=70, before=900, after=90):
    return [round((before if i < at else after) * (1 + 0.1 * math.sin(i * i))) for i in range(n)]


def case_a_step(t):
    values = steps()
    values[20] = ''
    doc = t.run('changes', '--format', 'json', series(t, values)).json()
    same((doc['version'], doc['total']), (1, 1))
    c = doc['changes'][0]
    same((c['index'], c['kind'], c['end'], c['returns']), (70, 'step', None, None))
    assert c['start']['lo'] <= 70 <= c['start']['hi'] and c['start']['time'] is None
    assert abs(c['effect'] + 0.9) < 0.02 and c['confidence'] > 0.99


def case_times(t):
    times = ['2010-%02d-%02d' % (8 + i // 30, 1 + i % 30) for i in range(120)]
    c = t.run('changes', '--format', 'json', series(t, steps(), times=times)).json()['changes']
    same([x['index'] for x in c], [70])
    assert c[0]['start']['lo'] <= '2010-10-11T00:00:00Z' <= c[0]['start']['hi'], c


def case_formats_agree(t):
    path = series(t, steps())
    rows = list(csv.DictReader(io.StringIO(t.run('changes', '--format', 'csv', path).out)))
    same([(r['index'], r['kind']) for r in rows], [('70', 'step')])
    assert '70' in t.run('changes', path).out


def case_nothing_changes(t):
    for values in ([], [5], [5] * 50, [''] * 50, [0, 1] * 40):
        same(t.run('changes', '--format', 'json', series(t, values)).json()['changes'], [])


def case_bad_files(t):
    for name, data, words in (
            ('empty.csv', b'', ['empty.csv', 'empty']),
            ('header.csv', b'when,how many\n1,2\n', ['header.csv:1', 'index,value']),
            ('nul.csv', b'index,value\n0,1\n1,\x00\n', ['nul.csv:3', 'no number']),
            ('inf.csv', b'index,value\n0,inf\n', ['inf.csv:2', 'inf']),
            ('time.csv', b'time,value\n2010-01-01,1\n2009-01-01,1\n', ['time.csv:3', 'oldest first']),
            ('long.csv', b'index,value\n' + b'9' * 3000000, ['long.csv:2']),
            ('binary.csv', bytes(range(256)) * 100, ['binary.csv:1', 'header'])):
        r = t.run('changes', t.write(name, data), code=3)
        for word in words:
            assert word in r.err, (word, r.err)
        assert len(r.err) < 1000
    t.run('changes', 'absent.csv', code=3)
    t.run('changes', code=2)
