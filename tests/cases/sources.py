"""Where mail comes from: each kind of source gives the same messages, and what is no mail is told."""
import collections
import io
import os
import tarfile
import zipfile

from harness import content, mail, mbox, same

MAILS = [mail(i) for i in range(20)] + [mail(20, body='text\n\nFrom here on it is cheap\n>From there too\n\nFrom me with care\n')]


def expected(t):
    """The content of the mails as read from single files, the reference for every other way."""
    t.eml_folder('ref', MAILS)
    t.run('ingest', '--store', 'ref.db', '--no-default-packs', '--feed', 'f', 'ref')
    rows = t.messages(store='ref.db')
    same(len(rows), len(MAILS), 'messages in the folder')
    return content(rows)


def check(t, *paths, **kw):
    want = expected(t)
    t.ingest('--feed', 'f', *paths, **kw)
    got = content(t.messages())
    same(len(got), len(want), 'messages')
    same(got, want)


def tar_of(t, mode, members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.PAX_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def members():
    return [('mail/%d.eml' % i, m) for i, m in enumerate(MAILS)]


def case_mboxrd(t):
    check(t, t.write('box', mbox(MAILS)))


def case_maildir(t):
    for sub in ('cur', 'new', 'tmp'):
        t.write('Maildir/%s/.keep' % sub, b'')
    for i, m in enumerate(MAILS):
        t.write('Maildir/%s/%d.host:2,S' % (('cur', 'new')[i % 2], i), m)
    check(t, 'Maildir')


def case_names_say_nothing(t):
    for i, m in enumerate(MAILS):
        t.write('d/%d.%s' % (i, ('txt', 'jpg', 'mbox', 'zip')[i % 4]), m)
    check(t, 'd')


def case_from_line_on_single_files(t):
    for i, m in enumerate(MAILS[:20]):
        t.write('d/%d' % i, b'From a@b.example Wed Sep  1 00:00:00 2010\n' + m)
    t.write('d/last', MAILS[20])
    check(t, 'd')


def case_many_fields_of_its_own_first(t):
    t.write('m', ''.join('X-%d: 1\n' % i for i in range(300)).encode() + mail(1))
    t.ingest('m')
    same(t.count(), 1)


def case_mmdf(t):
    check(t, t.write('box', b''.join(b'\1\1\1\1\n' + m + b'\1\1\1\1\n' for m in MAILS)))


def case_emlx(t):
    for i, m in enumerate(MAILS):
        t.write('d/INBOX.mbox/Messages/%d.emlx' % i, b'%-10d\n' % len(m) + m + b'<?xml version="1.0"?>\n<plist version="1.0"/>\n')
    check(t, 'd')


def case_stdin(t):
    check(t, '-', stdin=mbox(MAILS))


def case_tar(t):
    check(t, t.write('a.tar', tar_of(t, 'w', members())))


def case_tar_gz(t):
    check(t, t.write('a', tar_of(t, 'w:gz', members())))


def case_tar_xz(t):
    check(t, t.write('a.tar.xz', tar_of(t, 'w:xz', members())))


def case_tar_bz2(t):
    check(t, t.write('a.tbz', tar_of(t, 'w:bz2', members())))


def case_zip(t):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in members():
            z.writestr(name, data)
    check(t, t.write('a.zip', out.getvalue()))


def case_7z(t):
    t.eml_folder('plain', MAILS)
    t.tool('7z', 'a', '-bd', 'a.7z', 'plain')
    check(t, 'a.7z')


def case_zst(t):
    t.write('box', mbox(MAILS))
    t.tool('zstd', '-q', 'box')
    check(t, 'box.zst')


def case_7z_in_tar_zst(t):
    t.eml_folder('plain', MAILS)
    t.tool('7z', 'a', '-bd', 'a.7z', 'plain')
    with open(t.path('a.7z'), 'rb') as f:
        t.write('a.tar', tar_of(t, 'w', [('deep/a.7z', f.read())]))
    t.tool('zstd', '-q', 'a.tar')
    check(t, 'a.tar.zst')


def case_mbox_in_gz_in_tar(t):
    import gzip
    check(t, t.write('a.tar', tar_of(t, 'w', [('x/box.gz', gzip.compress(mbox(MAILS), mtime=0))])))


def case_long_member_names(t):
    check(t, t.write('a.tar', tar_of(t, 'w', [('d' * 200 + '/%d-\xe4\xf6.eml' % i, m) for i, m in enumerate(MAILS)])))


def case_mixed_folder(t):
    """Mail beside what is no mail: the mail is read, the rest is told on standard error."""
    t.eml_folder('d', MAILS)
    t.write('d/picture.png', b'\x89PNG\r\n\x1a\n' + bytes(range(256)) * 8)
    t.write('d/empty', b'')
    want = expected(t)
    r = t.ingest('--feed', 'f', 'd')
    same(content(t.messages()), want)
    assert 'picture.png' in r.err and 'not mail' in r.err, r.err


def case_our_own_files_in_a_folder(t):
    """A report of the folder that the store, the model and the page lie in: they are not told as no mail, and others of such names are."""
    t.write('spam-2004-01.mbox', mbox(MAILS))
    for _ in range(2):
        r = t.run('report', '.')
        assert 'not mail' not in r.err, r.err
        assert os.path.exists(t.path('trapline.db')) and os.path.exists(t.path('trapline-report.html'))
        same({m['feed'] for m in t.messages(store='trapline.db')}, {'spam'})
    t.write('old/trapline.db', b'SQLite format 3\0')
    t.write('old/trapline-report.html', '<p>a page</p>')
    r = t.run('report', '.')
    assert 'old/trapline.db: not mail' in r.err and 'old/trapline-report.html: not mail' in r.err, r.err


def case_mail_that_is_not_read(t):
    """An Outlook message in a folder: told by name, exit status 3, for all else is stored and this is not."""
    t.eml_folder('d', MAILS)
    t.write('d/kept.msg', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(1024))
    want = expected(t)
    r = t.ingest('--feed', 'f', 'd', code=3)
    same(content(t.messages()), want)
    assert 'kept.msg' in r.err and '.eml' in r.err and '1 source could not be read' in r.err, r.err


def case_feed_is_guessed_from_the_name(t):
    t.ingest(t.write('trap-x.mbox', mbox(MAILS)))
    same({m['feed'] for m in t.messages()}, {'trap-x'})
    feeds = t.run('feeds', '--store', 't.db', '--format', 'json').json()['feeds']
    same(len(feeds), 1)


def case_provenance(t):
    box = mbox(MAILS)
    t.ingest(t.write('box', box))
    for m in t.messages():
        raw = box[m['source_offset']:m['source_offset'] + m['source_length']]
        assert raw.startswith(b'From seller'), raw[:40]
        assert m['message_id'].encode() in raw and m['source_path'].endswith('box')


def case_feeds_named_with_dates_before(t):
    """Of an older store, or said: their mail stays theirs, and does not count twice; what is new has a name without dates."""
    boxes = [t.write('in/trap-2004-0%d.mbox' % k, mbox([mail(k * 10 + i) for i in range(k + 1)])) for k in (1, 2, 3)]
    t.ingest('--feed', 'trap-2004-01', boxes[0])
    for _ in range(2):
        t.ingest('in')
        same(collections.Counter(m['feed'] for m in t.messages()), {'trap-2004-01': 2, 'trap': 7})


def case_config_with_two_feeds(t):
    t.write('a.mbox', mbox(MAILS[:5]))
    t.write('b.mbox', mbox(MAILS[5:]))
    t.write('c.yaml', 'store: t.db\ndefault_packs: no\nfeeds:\n'
            '  - name: one\n    kind: lab\n    trust: [mx.trap.example]\n    paths: [a.mbox]\n'
            '  - name: two\n    trust: [mx.trap.example]\n    paths: [b.mbox]\n')
    t.run('ingest', '-c', 'c.yaml')
    rows = t.messages()
    same([sum(m['feed'] == f for m in rows) for f in ('one', 'two')], [5, 16])
    kinds = {f['feed']: f['kind'] for f in t.run('feeds', '--store', 't.db', '--format', 'json').json()['feeds']}
    same(kinds, {'one': 'lab', 'two': 'trap'})
