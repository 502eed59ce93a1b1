"""What is stored stays: kill -9, full disks, interrupted and repeated ingests; and what counts as the same message."""
import os
import random
import signal
import sqlite3
import subprocess
import time

from harness import TRAPLINE, content, mail, mbox, same


def many(n, size=2000):
    return mbox([mail(i, body='line of number %d\n' % i * (size // 20)) for i in range(n)])


def case_kill_9_then_again(t):
    """Killed at several moments, the store is whole each time; the run that ends completes it without duplicates."""
    total = 6000
    t.write('box', many(total))
    chance = random.Random(9)
    killed = 0
    for _ in range(6):
        p = t.start('ingest', '--store', 't.db', '--no-default-packs', '--feed', 'f', 'box')
        time.sleep(chance.uniform(0.02, 0.4))
        p.send_signal(signal.SIGKILL)
        killed += p.wait() == -signal.SIGKILL
        if os.path.exists(t.path('t.db')) and os.path.getsize(t.path('t.db')):
            db = sqlite3.connect(t.path('t.db'))
            same(db.execute('PRAGMA integrity_check').fetchone()[0], 'ok')
            db.close()
    assert killed, 'nothing was killed: the box is too small'
    t.ingest('--feed', 'f', 'box')
    rows = t.messages()
    same(len(rows), total)
    same(len({r['id'] for r in rows}), total)
    t.run('ingest', '--store', 'fresh.db', '--no-default-packs', '--feed', 'f', 'box')
    same(content(rows), content(t.messages(store='fresh.db')))


def case_stopped_by_hand(t):
    """Ctrl-C while mail comes in: a word about the store, and no half-written file."""
    p = t.start('report', '--store', 't.db', '-o', 'r.html', '-', stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(many(50))
    p.stdin.flush()
    while not os.path.exists(t.path('t.db')):
        time.sleep(0.02)
    time.sleep(0.3)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate()
    same(p.returncode, -signal.SIGINT)
    assert b'the same command does the rest' in err, err
    same([f for f in os.listdir(t.dir) if f.startswith('r.html')], [])


def case_again_changes_nothing(t):
    t.write('box', many(500))
    t.ingest('--feed', 'f', 'box')
    before = t.messages()
    t.ingest('--feed', 'f', 'box')
    same(t.messages(), before)


def case_moved_archive(t):
    box = many(300)
    t.ingest('--feed', 'f', t.write('here/box', box))
    os.remove(t.path('here/box'))
    t.ingest('--feed', 'f', t.write('there/renamed.mbox', box))
    same(t.count(), 300)


def case_the_same_mail_from_three_kinds_of_source(t):
    import io
    import tarfile
    mails = [mail(i) for i in range(100)]
    t.eml_folder('d', mails)
    t.write('box', mbox(mails))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as tar:
        for i, m in enumerate(mails):
            info = tarfile.TarInfo('%d.eml' % i)
            info.size = len(m)
            tar.addfile(info, io.BytesIO(m))
    t.write('a.tar', out.getvalue())
    t.tool('zstd', '-q', 'a.tar')
    for path in ('d', 'box', 'a.tar.zst'):
        t.ingest('--feed', 'f', path)
        same(t.count(), 100, path)


def case_twice_in_one_box_counts_twice(t):
    t.write('box', mbox([mail(1), mail(2), mail(1)]))
    for _ in range(2):
        t.ingest('--feed', 'f', 'box')
        same(t.count(), 3)
    same(sorted(m['occurrence'] for m in t.messages()), [0, 0, 1])


def case_twice_in_one_folder_counts_twice(t):
    for name in ('a.eml', 'b.eml'):
        t.write('d/' + name, mail(1))
    for _ in range(2):
        t.ingest('--feed', 'f', 'd')
        same(t.count(), 2)


def case_new_knowledge_names_anew(t):
    t.write('d/1.eml', mail(1, body='Visit Example Gem Shop at http://gem.example/\n'))
    t.write('box', mbox([mail(2, body='Visit Example Gem Shop at http://gem.example/\n'), mail(3)]))
    t.write('pack.yaml', 'format: 1\nbrands:\n  - name: Example Gem Shop\n    source: invented\n')
    for pack, named in (([], 0), (['--pack', 'pack.yaml'], 2), ([], 0)):
        t.ingest('--feed', 'f', *pack, 'd', 'box')
        same(t.count(), 3)
        same(sum(m['brand'] is not None for m in t.messages()), named, pack)


def case_a_grown_box_adds_what_is_new(t):
    t.ingest('--feed', 'f', t.write('box', many(100)))
    t.ingest('--feed', 'f', t.write('box', many(150)))
    same(t.count(), 150)


def case_another_feed_counts_of_its_own(t):
    t.write('box', many(50))
    t.ingest('--feed', 'f', 'box')
    t.ingest('--feed', 'g', 'box')
    same(t.count(), 100)


def case_line_ends_join_by_sha256_lf(t):
    t.write('lf.eml', mail(1))
    t.write('crlf.eml', mail(1, nl='\r\n'))
    t.ingest('--feed', 'f', 'lf.eml', 'crlf.eml')
    rows = t.messages()
    same(len({r['id'] for r in rows}), 2)
    same(len({r['sha256_lf'] for r in rows}), 1)


def case_id_is_the_hash_of_the_message(t):
    import hashlib
    t.ingest('--feed', 'f', t.write('box', mbox([mail(1), mail(2)])))
    same({r['id'] for r in t.messages()}, {hashlib.sha256(mail(n)).hexdigest() for n in (1, 2)})


FORGED = 'Received: from forged.example (forged.example [198.51.100.66]) by outer.example; Wed, 01 Sep 2010 00:00:00 +0000\n'


def case_another_trust_boundary_is_applied(t):
    """Messages that are there are read anew when the feed's own hosts have become known; who forgets them next time changes nothing."""
    t.write('f.mbox', mbox([FORGED.encode() + mail(i) for i in range(3)]))
    t.write('g.mbox', mbox([FORGED.encode() + mail(9)]))
    t.ingest('--feed', 'f', 'f.mbox')
    same({m['ip'] for m in t.messages()}, {'198.51.100.66'})
    t.ingest('--feed', 'f', '--kind', 'lab', '--trust', 'mx.trap.example', 'f.mbox')
    same({m['ip'] for m in t.messages()}, {None})
    t.ingest('--feed', 'f', 'f.mbox', 'g.mbox')
    same([m['ip'] for m in t.messages()], [None] * 4)
    feed, = t.run('feeds', '--store', 't.db', '--format', 'jsonl').lines()
    same((feed['kind'], feed['trust_from']), ('lab', 'given'))


def case_overlapping_sources_in_any_order(t):
    """Of two copies of one message the same one is kept, whatever came first."""
    mails = [mail(i, received='') for i in range(5)]
    t.write('x.mbox', mbox(mails[1:] + mails[1:2]))
    t.write('y.mbox', mbox(mails[:3] + mails[1:2]))
    t.eml_folder('a', mails)
    outputs = set()
    for i, order in enumerate((('x.mbox', 'y.mbox', 'a'), ('a', 'y.mbox', 'x.mbox'), ('y.mbox', 'x.mbox', 'a', 'x.mbox'))):
        store = '%d.db' % i
        t.run('ingest', '--store', store, '--feed', 'f', *order)
        outputs.add(t.run('messages', '--store', store, '--format', 'jsonl').out)
        for path in order:
            t.run('ingest', '--store', store, '--feed', 'f', path)
        outputs.add(t.run('messages', '--store', store, '--format', 'jsonl').out)
    same(len(outputs), 1)
    same({m['time_source'] for m in t.messages(store='0.db')}, {'from_line'})


def case_full_disk(t):
    """Files may not grow past a limit (as good as a full disk to the writer): a clear error, an intact store, and it goes on later."""
    t.ingest('--feed', 'f', t.write('small', many(20)))
    before = content(t.messages())
    t.write('large', many(4000))
    r = t.ingest('--feed', 'g', 'large', code=4, fsize=600 * 1024)
    assert 't.db' in r.err, r.err
    same(content(t.messages('--feed', 'f')), before)
    same(sqlite3.connect(t.path('t.db')).execute('PRAGMA integrity_check').fetchone()[0], 'ok')
    t.ingest('--feed', 'g', 'large')
    same(t.count(), 4020)


def case_full_disk_for_the_report(t):
    t.ingest('--feed', 'f', t.write('box', many(50)))
    t.write('r.html', 'the old report')
    r = t.run('report', '--store', 't.db', '-o', 'r.html', code=None, fsize=1000)
    same(r.code, 4)
    same(t.read('r.html'), 'the old report')
    same(sorted(os.listdir(t.dir))[:1], ['box'])
    assert not [f for f in os.listdir(t.dir) if 'tmp' in f], os.listdir(t.dir)


def case_what_a_killed_run_left_behind_is_in_nobodys_way(t):
    """Also where process ids return, as in a container that is started again."""
    t.ingest('--feed', 'f', t.write('box', many(20)))
    for _ in range(2):
        subprocess.run(['sh', '-c', 'for f in r.html.$$.tmp r.html.new; do echo left > $f; done; exec "$0" report -q --store t.db -o r.html',
                        TRAPLINE], cwd=t.dir, check=True)
    assert t.read('r.html').endswith('</html>\n')


def case_the_log_counts_each_message_once(t):
    t.write('box', many(20))
    for _ in range(2):
        t.ingest('--feed', 'f', 'box')
        db = sqlite3.connect(t.path('t.db'))
        same(db.execute('SELECT messages, fresh FROM source').fetchall(), [(20, 20)])
        db.close()
