"""Files that have not changed since they were read are not read again; all that reading them would say is said."""
import io
import json
import os
import re
import signal
import sqlite3
import tarfile
import time

from harness import mail, mbox, same

SETTLE_S = 2.1  # what changed just before it was read is read again


def box(first, n=200, more=''):
    """Of some 100 KiB."""
    return mbox([mail(i, body='line of number %d\n' % i * 20 + more) for i in range(first, first + n)])


def ingest(t, *args, jobs='2', code=0):
    return t.run('ingest', '--store', 't.db', '--no-default-packs', '--no-analyse', '-j', jobs, *args, code=code).err


def passed(err):
    """Messages of files that were not read again."""
    found = re.search(r'; (\d+) more in \d+ files? that ha(?:s|ve) not changed', err)
    return int(found[1]) if found else 0


def sources(t):
    db = sqlite3.connect(t.path('t.db'))
    rows = db.execute('SELECT path, messages, fresh, doubtful, problems, note, complete FROM source ORDER BY feed, path').fetchall()
    db.close()
    return rows


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def case_boxes_and_archives(t):
    """Boxes, packed or not, and an archive of messages that was named itself; a folder's archive of single messages and small files are read again."""
    mails = [('%d.eml' % i, mail(i, body='one more line\n' * 30)) for i in range(1000, 1100)]
    t.write('in/a.mbox', box(0))
    t.write('in/b.tar', tar([('b.mbox', box(200)), ('README', b'\0about it')]))
    t.write('in/c.tar', tar(mails))
    t.write('in/small.mbox', box(400, 10))
    t.write('d.tar', tar([(name, m + b'other\n') for name, m in mails]))
    time.sleep(SETTLE_S)
    for jobs in ('1', '2'):
        if os.path.exists(t.path('t.db')):
            os.remove(t.path('t.db'))
        first = ingest(t, '--feed', 'f', 'in', 'd.tar', jobs=jobs)
        said, log = [line for line in first.splitlines() if line.startswith('trapline:')], sources(t)
        assert any('README' in line for line in said), said
        same(passed(first), 0)
        again = ingest(t, '--feed', 'f', 'in', 'd.tar', jobs=jobs)
        same(passed(again), 500)
        assert 'read 110 messages: 0 new, 110 known already; 500 more in 3 files that have not changed since they were read' in again, again
        same([line for line in again.splitlines() if line.startswith('trapline:')], said)
        same(sources(t), log)
        same(passed(ingest(t, '--feed', 'f', '--reread', 'in', 'd.tar', jobs=jobs)), 0)
        same(sources(t), log)
        same(passed(ingest(t, '--feed', 'f', 'in', 'd.tar', jobs=jobs)), 500)
        same(t.count(), 610)


def case_a_day_more(t):
    """What is new beside what is not read again: counted as if all had been read."""
    t.write('in/1.mbox', box(0))
    time.sleep(SETTLE_S)
    ingest(t, '--feed', 'f', 'in')
    t.write('in/2.mbox', box(150))
    err = ingest(t, '--feed', 'f', 'in')
    assert 'read 200 messages: 150 new, 50 known already; 200 more in 1 file that has not changed since it was read' in err, err
    same(sources(t), [('in', 400, 350, 0, 0, None, 1)])
    same(t.count(), 350)


def case_whatever_changed_is_read(t):
    path = t.write('a.mbox', box(0))
    same(passed(ingest(t, '--feed', 'f', 'a.mbox')), 0)
    same(passed(ingest(t, '--feed', 'f', 'a.mbox')), 0)  # it had changed just before it was read
    time.sleep(SETTLE_S)

    def known():
        return passed(ingest(t, '--feed', 'f', 'a.mbox'))
    same([known(), known()], [0, 200])
    old = os.stat(path)
    with open(path, 'r+b') as f:  # as long as before, its time set back
        data = f.read()
        f.seek(0)
        f.write(data.replace(b'line of number 77\n', b'line of number 7x\n', 1))
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    same(known(), 0)
    same(t.count(), 201)
    time.sleep(SETTLE_S)
    same([known(), known()], [0, 200])
    with open(path, 'ab') as f:
        f.write(box(500, 1))
    same([known(), known()], [0, 0])
    same(t.count(), 202)
    os.rename(t.write('b.mbox', box(0)), path)
    same(known(), 0)
    same(t.count(), 202)


def case_other_knowledge_reads_all(t):
    """Another feed, pack, list or trusted host, and then the first ones again: nobody skips what was made anew meanwhile."""
    t.write('a.mbox', box(0))
    t.write('b.mbox', box(0, 201))
    t.write('pack.yaml', 'format: 1\nbrands:\n  - name: Number Seven\n    source: invented\n')
    t.write('list', '// VERSION: x\ncom\nexample\n')
    time.sleep(SETTLE_S)
    plain = ['--feed', 'f']
    same([passed(ingest(t, *plain, 'a.mbox')) for _ in range(2)], [0, 200])
    for other in (['--pack', 'pack.yaml'], ['--psl', 'list'], ['--trust', 'mx.other.example']):
        same(passed(ingest(t, *plain, *other, 'b.mbox')), 0)
        same(passed(ingest(t, *plain, *other, 'b.mbox')), 201)
        same([passed(ingest(t, *plain, 'a.mbox')) for _ in range(2)], [0, 200], other)
    same(passed(ingest(t, *plain, 'b.mbox')), 201)  # the store remembers the trusted host
    same([passed(ingest(t, '--feed', 'g', 'a.mbox')) for _ in range(2)], [0, 200])
    same([passed(ingest(t, 'a.mbox')) for _ in range(2)], [0, 200])
    same(passed(ingest(t, *plain, 'a.mbox')), 200)
    t.write('c.yaml', json.dumps({'feeds': [{'name': 'h', 'paths': ['a.mbox']}]}))
    same([passed(ingest(t, '-c', 'c.yaml')) for _ in range(2)], [0, 200])
    same({f['feed']: f['messages'] for f in t.run('feeds', '--store', 't.db', '--format', 'json').json()['feeds']},
         {'f': 201, 'g': 200, 'a': 200, 'h': 200})


def case_trust_is_not_doubted(t):
    """That trusted hosts are named by the mail is known of files that are not read again."""
    t.write('a.mbox', box(0))
    time.sleep(SETTLE_S)
    for host, doubted in (('mx.trap.example', False), ('mx.other.example', True)):
        for known in (0, 200):
            err = ingest(t, '--feed', 'f', '--trust', host, 'a.mbox')
            same(('was received by one of its trusted hosts' in err, passed(err)), (doubted, known))


def case_damaged_files_are_read_again(t):
    whole = tar([('b.mbox', box(0)), ('c.mbox', box(200))])
    t.write('cut.tar', whole[:len(whole) * 2 // 3])
    t.write('doubtful.mbox', box(1000) + b'From x@y.example Wed Sep  1 00:00:00 2010\nno field here\n')
    time.sleep(SETTLE_S)
    for known in (0, 200):
        err = ingest(t, '--feed', 'f', 'cut.tar', 'doubtful.mbox', code=3)
        assert 'cut.tar' in err and 'doubtful.mbox: ' in err, err
        assert 'with a doubtful beginning or end' in err, err
        same(passed(err), known)


def case_killed(t):
    """A file is known when all of it is stored, not before."""
    for i in range(12):
        t.write('in/%02d.mbox' % i, box(i * 1000, 1000))
    time.sleep(SETTLE_S)
    for delay in (0.05, 0.1, 0.15, 0.2, 0.3):
        p = t.start('ingest', '--store', 't.db', '--no-default-packs', '--no-analyse', '--feed', 'f', 'in')
        time.sleep(delay)
        p.send_signal(signal.SIGKILL)
        p.wait()
        if not os.path.exists(t.path('t.db')):
            continue
        db = sqlite3.connect(t.path('t.db'))
        if db.execute('SELECT count(*) FROM sqlite_schema').fetchone()[0]:
            held = dict(db.execute('SELECT p.text, count(*) FROM detail d JOIN word p ON p.id = d.source_path GROUP BY 1'))
            for path, n in db.execute('SELECT path, messages FROM file'):
                same(held.get(path), n, path)
        db.close()
    ingest(t, '--feed', 'f', 'in')
    same(t.count(), 12000)
    same(passed(ingest(t, '--feed', 'f', 'in')), 12000)
    same(sources(t)[0][1:3], (12000, 12000))


def case_a_full_disk_forgets(t):
    """What was taken back with its batch is not known."""
    t.write('in/a.mbox', box(0, 3000))
    time.sleep(SETTLE_S)
    t.run('ingest', '--store', 't.db', '--no-default-packs', '--no-analyse', '--feed', 'f', 'in', code=4, fsize=600000)
    same(passed(ingest(t, '--feed', 'f', 'in')), 0)
    same(t.count(), 3000)


def case_an_older_store(t):
    """Without the table it is made; what an older program read is read once more."""
    t.write('a.mbox', box(0))
    time.sleep(SETTLE_S)
    ingest(t, '--feed', 'f', 'a.mbox')
    db = sqlite3.connect(t.path('t.db'))
    db.executescript('DROP TABLE file; PRAGMA user_version = 6')
    db.close()
    same([passed(ingest(t, '--feed', 'f', 'a.mbox')) for _ in range(2)], [0, 200])


def case_nothing_is_printed_raw(t):
    """What was told of a file comes out of the store: the store may be someone else's."""
    t.write('b.tar', tar([('b.mbox', box(0)), ('README', b'\0about it')]))
    time.sleep(SETTLE_S)
    ingest(t, '--feed', 'f', 'b.tar')
    db = sqlite3.connect(t.path('t.db'))
    problems = db.execute('SELECT problems FROM file').fetchone()[0]
    assert b'README' in problems
    db.execute('UPDATE file SET problems = ?', (problems.replace(b'not mail', b'\x1b[31mXXX'),))
    db.commit()
    db.execute('UPDATE file SET messages = 200')
    db.close()
    err = ingest(t, '--feed', 'f', 'b.tar')
    assert '\x1b' not in err and passed(err) == 200, err
