"""Mail and archives made to hurt: each ends soon, with a bounded memory, and is stored as a message with its anomalies."""
import io
import os
import zipfile

from harness import mail, mbox, same

SANITIZED = os.environ.get('TRAPLINE_SANITIZED') == '1'
LIMIT_S = 100 if SANITIZED else 15
LIMIT_RSS = 250 << 20  # bytes; the main process and the jail each


def raw(header, body=''):
    return ('From: a@b.example\nTo: <x@trap.example>\nSubject: hostile\nDate: Wed, 01 Sep 2010 00:00:00 +0000\n'
            'Message-ID: <h@b.example>\n%s\n%s' % (header, body)).encode('latin-1')


def html(body):
    return raw('MIME-Version: 1.0\nContent-Type: text/html\n', body)


def check(t, data, *anomalies, n=1, name='m', code=0):
    t.write(name, data)
    used = t.measured('ingest', '--store', 't.db', '--no-default-packs', '--feed', 'f', name, code=code)
    assert used.seconds < LIMIT_S, '%.1f s' % used.seconds
    assert SANITIZED or used.rss < LIMIT_RSS, '%d MiB' % (used.rss >> 20)
    rows = t.messages()
    if n is not None:
        same(len(rows), n, 'messages')
    for a in anomalies:
        assert a in rows[0]['anomalies'], (a, rows[0]['anomalies'])
    return rows, used


def case_300000_parts(t):
    check(t, raw('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n', '--b\n\nx\n' * 300000 + '--b--\n'), 'part_cap')


def case_nested_multiparts(t):
    body = ''.join('--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (i, i + 1) for i in range(20000))
    check(t, raw('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0\n', body), 'depth_cap')


def case_nested_messages(t):
    check(t, raw('MIME-Version: 1.0\nContent-Type: message/rfc822\n', 'Content-Type: message/rfc822\n\n' * 50000), 'depth_cap')


def case_50000_nested_groups(t):
    check(t, raw('Cc: ' + 'g:' * 50000 + ';' * 50000 + '\n'))


def case_100000_nested_comments(t):
    check(t, raw('Cc: ' + '(' * 100000 + ')' * 100000 + ' a@b.example\n'))


def case_100000_addresses(t):
    check(t, raw('Cc: ' + ',\n '.join('a%d@b.example' % i for i in range(100000)) + '\n'))


def case_unclosed_b(t):
    check(t, html('<b>' * (140000 // 3) + 'text'))


def case_1mb_of_div(t):
    check(t, html('<div>' * 200000 + 'text'))


def case_50000_attributes(t):
    check(t, html('<a ' + ' '.join('x%d="y"' % i for i in range(50000)) + ' href="http://a.example/">text</a>'))


def case_unclosed_comment_quote_tag(t):
    check(t, html('<!--' * 50000 + '<a href="' * 50000))


def case_100000_links(t):
    check(t, html(''.join('<a href="http://h%d.example/">x</a>\n' % i for i in range(100000))), 'url_cap')


def case_entities(t):
    check(t, html('&#x41;&amp;&notanentity;&' * 100000))


def case_2mb_folded_header(t):
    check(t, raw('X-Long: a\n' + ' folded line of a header\n' * 90000))


def case_2mb_folded_subject(t):
    check(t, raw('X-Ok: 1\nSubject: a\n' + ' =?utf-8?q?x?=\n' * 140000))


def case_100000_headers(t):
    check(t, raw(''.join('X-%d: y\n' % i for i in range(100000))), 'header_cap')


def case_10000_received(t):
    check(t, b'Received: from a.example ([192.0.2.1]) by b.example; Wed, 01 Sep 2010 00:00:00 +0000\n' * 10000 + raw(''), 'received_cap')


def case_50mb_line(t):
    check(t, raw('', 'x' * (50 << 20)), 'long_line')


def case_50mb_base64_line(t):
    check(t, raw('MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n', 'QUJD' * (13 << 20)))


def case_quoted_printable_soft_breaks(t):
    check(t, raw('MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n', '=\n' * 2000000))


def case_only_from_lines(t):
    check(t, b'From a@b.example Wed Sep  1 00:00:00 2010\n' * 100000, n=None, code=None)


def case_parameters(t):
    check(t, raw('Content-Type: text/plain; ' + '; '.join("p*%d*=utf-8''%%41" % i for i in range(50000)) + '\n'))


def case_boundary_like_lines(t):
    check(t, raw('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="%s"\n' % ('-' * 60), '-' * 60 + '-\n' + ('-' * 61 + '\n') * 50000))


def parts(kind, text, n):
    return raw('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n', ('--b\nContent-Type: %s\n\n%s\n' % (kind, text)) * n + '--b--\n')


def case_more_than_memory_is_looked_at_in_part(t):
    """A thousand pages of nothing but images, which take many times their bytes: the mail is stored, the next one is read."""
    rows, _ = check(t, mbox([parts('text/html', '<img src=a>' * 3000, 980), mail(1)]), n=2)
    same(sorted('message_cap' in m['anomalies'] for m in rows), [False, True])


def case_links_that_are_not_kept_take_no_memory(t):
    links = ''.join('<a href=3D"http://a.example/%d%s">x</a>\n' % (i, '`' * 8100) for i in range(1010))
    rows, _ = check(t, parts('text/html; name=a.html\nContent-Transfer-Encoding: quoted-printable', links, 4), 'url_cap')
    assert 'message_cap' not in rows[0]['anomalies']


def zip_of(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def bomb(t, data, name, code=3):
    t.eml_folder('good', [mail(1)])
    t.write(name, data)
    used = t.measured('ingest', '--store', 't.db', '--no-default-packs', '--feed', 'f', name, 'good', code=code)
    assert used.seconds < 3 * LIMIT_S and (SANITIZED or used.rss < 450 << 20), (used.seconds, used.rss)
    assert name in used.err, used.err
    return t.messages()


def case_zip_bomb(t):
    rows = bomb(t, zip_of([('zeros', bytes(1 << 30))]), 'bomb.zip', 0)  # no mail, and thrown away as fast as it comes
    assert any(m['message_id'] == '<m1@sender.example>' for m in rows), 'the mail beside the bomb is lost'


def case_large_messages_in_many_threads(t):
    """What waits to be written is bounded, and what was written is given back."""
    t.write('large.zip', zip_of([('%d.eml' % i, mail(i) + b'A' * (20 << 20)) for i in range(16)]))
    used = t.measured('ingest', '--store', 't.db', '--no-default-packs', '-j', '8', 'large.zip')
    assert SANITIZED or used.rss < 200 << 20, used.rss


def case_nested_bomb(t):
    data = zip_of([('zeros', bytes(64 << 20))])
    for depth in range(6):
        data = zip_of([('%d-%d.zip' % (depth, i), data) for i in range(8)])
    bomb(t, data, 'nest.zip')


def case_archives_within_archives(t):
    """Deeper than the cap, as a quine archive (one that holds itself) is."""
    data = zip_of([('m.eml', mail(2))])
    for depth in range(60):
        data = zip_of([('%d.zip' % depth, data)])
    bomb(t, data, 'deep.zip')


def case_gzip_of_gzip(t):
    import gzip
    data = mbox([mail(3)])
    for _ in range(60):
        data = gzip.compress(data, mtime=0)
    bomb(t, data, 'deep.gz')


def case_a_mail_after_the_hostile_ones(t):
    """Damage in one message of a box says nothing about the next."""
    box = mbox([mail(1), raw('X-Long: a\n' + ' f\n' * 100000), html('<div>' * 10000), mail(2)])
    rows, _ = check(t, box, n=4)
    same(sum('m1@' in m['message_id'] or 'm2@' in m['message_id'] for m in rows), 2)
