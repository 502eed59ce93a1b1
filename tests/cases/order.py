"""The same set of messages gives byte-identical output whatever the workers, the order of the input or the batches."""
import random

from harness import mail, mbox, same

MAILS = [mail(i, body='See http://shop%d.example/?%d\n' % (i % 5, i) + 'filler line %d\n' % i * (i % 40)) for i in range(1500)]
COMMANDS = (['messages', '--format', 'jsonl'], ['messages', '--format', 'csv'], ['series', '--format', 'json', '--by', 'domain'],
            ['series', '--format', 'csv', '--unit', 'hour'], ['feeds', '--format', 'json'])


def outputs(t, store):
    return [t.run(*command, '--store', store).out for command in COMMANDS]


def case_any_number_of_workers(t):
    t.write('box', mbox(MAILS))
    runs = []
    for jobs in ('1', '2', '8'):
        t.run('ingest', '--store', jobs + '.db', '--no-default-packs', '--feed', 'f', '-j', jobs, 'box')
        runs.append(outputs(t, jobs + '.db'))
    for other in runs[1:]:
        for command, a, b in zip(COMMANDS, runs[0], other):
            assert a == b, 'differs: ' + ' '.join(command)


def case_any_order_of_input(t):
    for i in range(15):
        t.write('d/%02d.mbox' % i, mbox(MAILS[i * 100:i * 100 + 100]))
    paths = ['d/%02d.mbox' % i for i in range(15)]
    runs = []
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        t.run('ingest', '--store', '%d.db' % seed, '--no-default-packs', '--feed', 'f', *paths)
        runs.append(outputs(t, '%d.db' % seed))
    for other in runs[1:]:
        for command, a, b in zip(COMMANDS, runs[0], other):
            assert a == b, 'differs: ' + ' '.join(command)


def case_in_one_go_or_piece_by_piece(t):
    for i in range(5):
        t.write('d/%d.mbox' % i, mbox(MAILS[i * 300:i * 300 + 300]))
    t.run('ingest', '--store', 'once.db', '--no-default-packs', '--feed', 'f', 'd')
    for i in (3, 1, 4, 0, 2):
        t.run('ingest', '--store', 'pieces.db', '--no-default-packs', '--feed', 'f', 'd/%d.mbox' % i)
    same(t.count('once.db'), 1500)
    for command, a, b in zip(COMMANDS, outputs(t, 'once.db'), outputs(t, 'pieces.db')):
        assert a == b, 'differs: ' + ' '.join(command)


def case_series_adds_up(t):
    t.ingest('--feed', 'f', t.write('box', mbox(MAILS)))
    rows = t.run('series', '--store', 't.db', '--format', 'jsonl').lines()
    same(sum(r['messages'] for r in rows if 'messages' in r), 1500)


def case_report_is_the_same_twice(t):
    t.write('box', mbox(MAILS[:300]))
    pages = []
    for jobs in ('1', '4'):
        t.run('report', 'box', '--store', 't%s.db' % jobs, '--feed', 'f', '-j', jobs, '-o', 'r.html')
        pages.append(t.read('r.html').replace('t%s.db' % jobs, 'S').replace('-j ' + jobs, ''))
    assert pages[0] == pages[1], 'the reports differ'
