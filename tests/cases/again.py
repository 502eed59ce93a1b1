"""Mail that is read again: what is stored is left as it is, and what the run would have added is added."""
import base64
import os
import random
import shutil
import sqlite3

from harness import mail, mbox, png, same

IMAGE = png(64, 64, [[(x * y) % 251 for x in range(64)] for y in range(64)])


def with_image(n):
    m = mail(n, body='--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n%s--b--\n' %
             base64.encodebytes(IMAGE + b'%d' % n).decode())
    return m.replace(b'text/plain; charset=utf-8', b'multipart/related; boundary=b')


def undated(n):
    """What no trusted host has dated: the From_ line's time is better than that of Date."""
    return mail(n, received='')


def tables(t, store, leave_out=('box',)):
    """Every row of the store; not which run and box saw it last, and what was read when."""
    db = sqlite3.connect(t.path(store))
    found = {}
    for table in ('message', 'detail', 'print', 'body', 'word', 'feed', 'item'):
        columns = [c[1] for c in db.execute('PRAGMA table_info(%s)' % table) if c[1] not in leave_out]
        found[table] = db.execute('SELECT %s FROM %s ORDER BY 1' % (', '.join('"%s"' % c for c in columns), table)).fetchall()
    db.close()
    return found


def alike(a, b, what):
    same([name for name in a if a[name] != b[name]], [], what)


def ingest(t, store, jobs, *args):
    return t.run('ingest', '--store', store, '--no-default-packs', '--reread', '-j', jobs, '--feed', 'f', *args)


def world(t):
    """Boxes and a folder that share messages, hold some twice and some with images."""
    draw = random.Random(1)
    mails = [mail(i) for i in range(40)] + [with_image(i) for i in range(40, 50)] + [undated(i) for i in range(50, 60)]
    for name in ('a.mbox', 'b.mbox', 'c.mbox'):
        t.write(name, mbox(draw.choices(mails, k=80)))
    t.eml_folder('folder', draw.choices(mails, k=30))
    t.tool('tar', '-cf', 'd.tar', 'a.mbox', 'folder')
    return ['b.mbox', 'folder', 'd.tar', 'c.mbox', 'a.mbox']


def case_nothing_changes(t):
    paths = world(t)
    for jobs in ('1', '3'):
        ingest(t, 't%s.db' % jobs, jobs, *paths)
        before = tables(t, 't%s.db' % jobs)
        run = ingest(t, 't%s.db' % jobs, jobs, *paths)
        assert ': 0 new,' in run.err, run.err
        alike(tables(t, 't%s.db' % jobs), before, jobs)


def case_workers_and_steps_make_no_difference(t):
    """Boxes that overlap what is stored, grow, lose mail and turn around; other knowledge and back: as many rows, of the same content and number."""
    paths = world(t)
    draw = random.Random(2)
    for step in range(8):
        some = draw.sample(paths, 3)
        more = draw.choice(([], [], ['--trust', 'mx.trap.example'], ['--trust', 'mx.other.example']))
        for jobs in ('1', '4'):
            ingest(t, 't%s.db' % jobs, jobs, *more, *some)
        alike(tables(t, 't1.db', ()), tables(t, 't4.db', ()), step)
        t.write('c.mbox', mbox([mail(draw.randrange(70)) for _ in range(60)] + [with_image(draw.randrange(40, 50)) for _ in range(20)]))


def case_one_copy_more_is_one_more(t):
    for jobs in ('1', '2'):
        for copies in (1, 3, 2, 12, 30, 5):
            t.write('box', mbox([mail(1), with_image(2)] * copies))
            ingest(t, jobs + '.db', jobs, 'box')
        same(t.count(store=jobs + '.db'), 60)


def case_what_is_known_better_replaces(t):
    """From files without a From_ line, then from a box whose lines tell time and sender, then from a smaller place: as read in one go."""
    mails = [undated(i) for i in range(20)] + [with_image(20)]
    t.eml_folder('m', mails)
    t.write('n.mbox', mbox(mails))
    for jobs in ('1', '2'):
        for path in ('m', 'n.mbox', 'm'):
            ingest(t, jobs + '.db', jobs, path)
        rows = t.messages(store=jobs + '.db')
        same({(m['time_source'], m['mail_from'], m['source_path']) for m in rows if 'sender.example' in m['message_id'] and m['received_by'] is None},
             {('from_line', 'seller@sender.example', 'n.mbox')})
        shutil.copy(t.path('n.mbox'), t.path('l.mbox'))
        ingest(t, jobs + '.db', jobs, 'l.mbox')
        os.remove(t.path('l.mbox'))
        same({m['source_path'] for m in t.messages(store=jobs + '.db')}, {'l.mbox'})
        same(t.count(store=jobs + '.db'), 21)
