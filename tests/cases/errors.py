"""Bad input: a clear text, the right exit code (2 usage, 3 input, 4 environment), and nothing already stored is harmed."""
import gzip
import os
import resource
import sqlite3
import stat
import subprocess

from harness import TRAPLINE, Skip, content, mail, mbox, same

USAGE, INPUT, ENVIRONMENT = 2, 3, 4


def says(result, *words):
    for word in words:
        assert word in result.err, 'no %r in: %s' % (word, result.err)
    assert len(result.err) < 4000 and 'Traceback' not in result.err


def stored(t):
    """A store with three messages; returns a check that they are still there."""
    t.ingest('--feed', 'f', t.write('good', mbox([mail(i) for i in range(3)])))
    before = t.messages()

    def check():
        same(t.messages(), before, 'the store changed')
    return check


def case_no_command(t):
    r = t.run(code=None)
    assert r.code in (0, USAGE) and 'usage' in r.out + r.err


def case_unknown_command(t):
    says(t.run('frobnicate', code=USAGE), 'frobnicate')


def case_unknown_option(t):
    says(t.run('ingest', '--frobnicate', 'x', code=USAGE), 'frobnicate')


def case_beginning_of_an_option(t):
    for args in (['--from', '2010-09-20'], ['--from-dom=x.example'], ['--hel']):
        says(t.run('messages', '--store', 't.db', *args, code=USAGE), args[0].split('=')[0], 'begins alike')


def case_option_before_the_command(t):
    for args in (['--nonsense'], ['-v', 'ingest', 'x'], ['--store', 't.db', 'messages'], ['--', 'messages']):
        says(t.run(*args, code=2), args[0], 'command')
    for args in (['--help'], ['-h'], ['messages', '-h'], ['messages', '--limit', '3', '--help']):
        assert 'usage:' in t.run(*args).out, args


def case_value_that_looks_like_help(t):
    t.write('m.eml', mail(1, subject='what -h does'))
    t.ingest('m.eml')
    same(len(t.messages('--subject', '-h')), 1)


def case_options_that_make_no_sense(t):
    t.write('m.eml', mail(1))
    t.ingest('m.eml')
    says(t.run('messages', '--store', 't.db', '-qz', code=2), '-z')
    says(t.run('messages', '--store', 't.db', '-o', '', code=2), '--output')
    says(t.run('messages', '--store', 't.db', '--since', '2011-01-01', '--until', '2010-01-01', code=2), '--since')
    says(t.ingest('--feed', '', 'm.eml', code=2), '--feed')
    for name in '', '*', '.', '*.', 'mx*.trap.example', 'a@trap.example', 'https://trap.example':
        says(t.ingest('--trust', name, 'm.eml', code=2), '--trust')


def case_no_path(t):
    t.run('ingest', '--store', 't.db', code=USAGE)
    assert not os.path.exists(t.path('t.db'))


def case_bad_number(t):
    t.write('m', mail())
    for jobs in ('x', '-1', '0', '1e3', '99999999999999999999'):
        says(t.ingest('-j', jobs, 'm', code=USAGE), 'jobs')


def case_bad_time(t):
    stored(t)
    says(t.run('messages', '--store', 't.db', '--since', 'yesterday', code=USAGE), 'since')


def case_bad_format(t):
    stored(t)
    says(t.run('messages', '--store', 't.db', '--format', 'xml', code=USAGE), 'xml')


def case_missing_path(t):
    check = stored(t)
    says(t.ingest('no-such-file', code=INPUT), 'no-such-file', 'No such file')
    check()


def case_missing_path_among_others(t):
    t.write('m', mail())
    says(t.ingest('m', 'no-such-file', code=INPUT), 'no-such-file')


def case_unreadable_file(t):
    stored(t)
    os.chmod(t.write('secret', mail()), 0)
    says(t.unprivileged('ingest', '--store', 'other.db', '--no-default-packs', 'secret', code=INPUT), 'secret', 'ermission')


def case_unreadable_file_among_others(t):
    t.eml_folder('d', [mail(i) for i in range(3)])
    os.chmod(t.write('d/00001.eml', mail(1)), 0)
    says(t.unprivileged('ingest', '--store', 't.db', '--no-default-packs', 'd', code=INPUT), '00001.eml', 'ermission')
    same(t.count(), 2)


def case_store_in_a_folder_that_may_not_be_written(t):
    os.mkdir(t.path('fixed'), 0o555)
    t.write('m', mail())
    says(t.unprivileged('ingest', '--store', 'fixed/t.db', '--no-default-packs', 'm', code=None), 'fixed/t.db')


def case_not_mail(t):
    check = stored(t)
    t.write('noise', bytes(range(256)) * 64)
    says(t.ingest('noise', code=INPUT), 'noise', 'not mail')
    check()


def case_empty_file(t):
    t.write('nothing', b'')
    says(t.ingest('nothing', code=INPUT), 'nothing', 'empty')


def case_empty_folder(t):
    os.mkdir(t.path('d'))
    says(t.ingest('d', code=INPUT), 'd')


def case_empty_stdin(t):
    t.ingest('-', code=INPUT, stdin=b'')


def case_truncated_gz(t):
    stored(t)
    whole = gzip.compress(mbox([mail(i, body=os.urandom(300).hex()) for i in range(200)]), mtime=0)
    t.write('cut.mbox.gz', whole[:len(whole) // 2])
    r = t.ingest('--feed', 'cut', 'cut.mbox.gz', code=None)
    says(r, 'cut.mbox.gz')
    assert r.code in (0, INPUT)
    same(len(t.messages('--feed', 'f')), 3)


def case_truncated_zip(t):
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for i in range(50):
            z.writestr('%d.eml' % i, mail(i))
    t.write('cut.zip', out.getvalue()[:9000])
    r = t.ingest('cut.zip', code=None)
    says(r, 'cut.zip')


def address_space(size):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


def case_little_memory(t):
    """Wherever memory runs out, it is said so, and what was stored is whole. (The first sizes that let the program start at all.)"""
    if os.environ.get('TRAPLINE_SANITIZED') == '1':
        raise Skip('sanitizers reserve more than any limit')
    step, sizes = 200 << 10, 0
    t.write('box', mbox([mail(i) for i in range(30)]))
    t.run('ingest', '--store', 't.db', '--feed', 'f', 'box')
    before = content(t.messages())
    for size in range(16 << 20, 400 << 20, 1 << 20):
        if subprocess.run([TRAPLINE, 'version'], capture_output=True, preexec_fn=address_space(size)).returncode == 0:
            sizes = range(size - (1 << 20), size + (4 << 20), step)
            break
    assert sizes
    for args in (['report', '--store', 't.db', '-o', 'r.html', 'box'], ['economics', '--store', 't.db', 'nobody']):
        said = set()
        for size in sizes:
            r = subprocess.run([TRAPLINE, *args], cwd=t.dir, capture_output=True, preexec_fn=address_space(size))
            # the loader's code and words, or those of a library that makes its tables before main: not started yet
            if r.returncode == 127 or b'Fatal glibc error' in r.stderr or r.stderr.startswith(b'terminate called'):
                continue
            last = r.stderr.decode().splitlines()[-1:]
            assert r.returncode in (0, 3, 4) and (r.returncode == 0 or last[0].startswith('trapline: ') and len(last[0]) > 12), (size, r)
            assert r.returncode != 3 or 'nobody' in last[0], (size, r)
            said.add(last[0] if last else '')
        assert any('memory' in text for text in said), said
    same(content(t.messages()), before)


def case_broken_pack(t):
    t.write('m', mail())
    t.write('p.yaml', 'pack: mine\nbrands:\n  - name: [unclosed\n  - x: y\n')
    r = t.ingest('--pack', 'p.yaml', 'm', code=INPUT)
    says(r, 'p.yaml:')
    assert any(ch.isdigit() for ch in r.err.split('p.yaml:', 1)[1][:4]), r.err
    assert not os.path.exists(t.path('t.db')) or t.count() == 0


def case_missing_pack(t):
    t.write('m', mail())
    says(t.ingest('--pack', 'no.yaml', 'm', code=INPUT), 'no.yaml')


def case_broken_config(t):
    t.write('m', mail())
    t.write('c.yaml', 'store: t.db\nfeeds:\n  - nam: x\n')
    r = t.run('ingest', '-c', 'c.yaml', 'm', code=INPUT)
    says(r, 'c.yaml')


def case_no_store(t):
    for command in (['messages'], ['series'], ['brands'], ['campaigns'], ['feeds'], ['explain', 'abcd']):
        says(t.run(*command, '--store', 'none.db', code=INPUT), 'none.db')
    assert not os.path.exists(t.path('none.db'))


def case_store_is_something_else(t):
    t.write('t.db', b'this is a letter, not a store\n' * 100)
    t.write('m', mail())
    before = t.read('t.db')
    says(t.ingest('m', code=INPUT), 't.db')
    same(t.read('t.db'), before)


def case_store_is_another_database(t):
    db = sqlite3.connect(t.path('t.db'))
    db.execute('CREATE TABLE mine (x)')
    db.execute('INSERT INTO mine VALUES (1)')
    db.commit()
    db.close()
    t.write('m', mail())
    says(t.ingest('m', code=INPUT), 't.db')
    same(sqlite3.connect(t.path('t.db')).execute('SELECT count(*) FROM sqlite_master').fetchone()[0], 1)


def case_store_from_a_newer_version(t):
    stored(t)
    db = sqlite3.connect(t.path('t.db'))
    version = db.execute('PRAGMA user_version').fetchone()[0]
    db.execute('PRAGMA user_version = %d' % (version + 1000))
    db.commit()
    db.close()
    says(t.ingest('good', code=INPUT), 't.db', 'newer')
    says(t.run('messages', '--store', 't.db', code=INPUT), 'newer')
    db = sqlite3.connect(t.path('t.db'))
    db.execute('PRAGMA user_version = %d' % version)
    db.commit()
    db.close()
    same(t.count(), 3)


def case_store_locked(t):
    check = stored(t)
    t.write('more', mbox([mail(9)]))
    db = sqlite3.connect(t.path('t.db'), isolation_level=None)
    db.execute('BEGIN IMMEDIATE')
    says(t.ingest('more', code=ENVIRONMENT), 't.db', 'another process')
    check()  # reading goes on
    db.execute('ROLLBACK')
    db.close()
    t.ingest('more')
    same(t.count(), 4)


def case_store_in_a_folder_that_is_not_there(t):
    t.write('m', mail())
    r = t.run('ingest', '--store', 'no/such/t.db', 'm', code=None)
    assert r.code in (INPUT, ENVIRONMENT)
    says(r, 'no/such/t.db')


def case_output_cannot_be_written(t):
    stored(t)
    r = t.run('messages', '--store', 't.db', '--format', 'jsonl', '-o', 'no/such/file', code=None)
    assert r.code in (INPUT, ENVIRONMENT)
    says(r, 'no/such/file')


def case_output_to_a_full_device(t):
    if not os.path.exists('/dev/full') or not stat.S_ISCHR(os.stat('/dev/full').st_mode):
        raise Skip('no /dev/full here')
    stored(t)
    import subprocess

    import harness
    with open('/dev/full', 'wb') as full:
        run = subprocess.run([harness.TRAPLINE, 'messages', '--store', 't.db', '--format', 'jsonl'], cwd=t.dir, stdout=full,
                             stderr=subprocess.PIPE)
    same(run.returncode, ENVIRONMENT)
    assert b'space' in run.stderr, run.stderr


def case_closed_streams(t):
    """No file that is opened takes the number of a stream that the caller closed."""
    import harness
    stored(t)
    for command, code in (('ingest --store t.db - <&-', INPUT), ('ingest --store t.db - <&- >&- 2>&-', INPUT),
                          ('messages --store t.db >&-', ENVIRONMENT), ('messages --store t.db <&- 2>&-', 0)):
        same(t.run('-c', '"$0" ' + command, harness.TRAPLINE, program='/bin/sh', code=None).code, code)
    t.run('messages', '--store', 't.db')


def case_report_says_at_once_that_it_cannot_be_written(t):
    """Before anything is read into a store."""
    t.write('box', mbox([mail(i) for i in range(3)]))
    says(t.run('report', '--store', 'new.db', '-o', 'no/such/file', 'box', code=ENVIRONMENT), 'no/such/file')
    assert not os.path.exists(t.path('new.db'))


def case_output_to_what_is_no_regular_file(t):
    """-o on a device, a pipe or a symbolic link writes to it; a regular file must not take its place."""
    stored(t)
    want = t.run('messages', '--store', 't.db', '--format', 'jsonl').out
    t.write('target', 'old')
    os.symlink('target', t.path('link'))
    t.run('messages', '--store', 't.db', '--format', 'jsonl', '-o', 'link')
    assert os.path.islink(t.path('link'))
    same(t.read('target'), want)
    os.mkfifo(t.path('fifo'))
    reader = os.open(t.path('fifo'), os.O_RDONLY | os.O_NONBLOCK)
    t.run('feeds', '--store', 't.db', '--format', 'csv', '-o', 'fifo')
    assert stat.S_ISFIFO(os.stat(t.path('fifo')).st_mode)
    assert os.read(reader, 65536).startswith(b'feed,')
    os.close(reader)
    os.symlink('/dev/full', t.path('full'))
    if stat.S_ISCHR(os.stat('/dev/full').st_mode):
        says(t.run('feeds', '--store', 't.db', '-o', 'full', code=ENVIRONMENT), 'space')


def case_a_command_that_is_nearly_one(t):
    says(t.run('mesages', code=USAGE), 'did you mean messages?')
    says(t.run('help', 'programs', code=USAGE), 'did you mean programmes?')
    assert 'did you mean' not in t.run('xyzzy', code=USAGE).err


def case_explain_unknown_id(t):
    stored(t)
    says(t.run('explain', 'f' * 64, '--store', 't.db', code=INPUT), 'f' * 12)
    says(t.run('explain', 'not hex', '--store', 't.db', code=USAGE), 'hexadecimal')


def case_trust_that_nobody_is(t):
    t.write('box', mbox([mail(i) for i in range(3)]))
    r = t.run('ingest', '--store', 't.db', '--feed', 'f', '--trust', 'mx.trap.exampel', 'box')
    assert 'trusted hosts' in r.err and 'feed f' in r.err, r.err
    for store, host in ('u.db', 'mx.trap.example'), ('v.db', '*.trap.example'), ('w.db', '.trap.example'):
        r = t.run('ingest', '--store', store, '--feed', 'f', '--trust', host, 'box')
        assert 'trusted hosts' not in r.err, r.err


def case_a_feed_that_is_not_there(t):
    t.write('box', mbox([mail()]))
    t.ingest('--feed', 'f', 'box')
    for command in ('messages', 'series', 'brands', 'campaigns', 'report'):
        r = t.run(command, '--store', 't.db', '--feed', 'nope', code=2)
        assert 'nope' in r.err and 'trapline feeds' in r.err, r.err


def case_not_analysed(t):
    t.write('box', mbox([mail()]))
    t.run('ingest', '--no-analyse', '--store', 't.db', '--feed', 'f', 'box')
    assert 'wait for their analysis' in t.run('messages', '--store', 't.db').err
    t.run('analyse', '--store', 't.db')
    same(t.run('messages', '--store', 't.db').err, '')
    t.run('analyse', '--store', 'no.db', code=3)


def case_economics(t):
    t.write('box', mbox([mail()]))
    t.ingest('--feed', 'f', 'box')
    says(t.run('economics', '--store', 't.db', 'Nobody', code=INPUT), 'Nobody', 'trapline programmes')
    says(t.run('economics', '--store', 't.db', '--volume', '5-3', 'x', code=USAGE), '5-3')
    t.write('orders.csv', 'time,number\n2010-08-01,100\n2010-08-02,90\n')
    says(t.run('economics', '--store', 't.db', '--orders', 'orders.csv', 'x', code=INPUT), 'orders.csv:3')
