"""What comes from a message is hostile to its reader: terminal, CSV and HTML report must not act on it, and trap addresses stay secret."""
import csv
import html.parser
import io
import re

from harness import mail, mbox, same

TRAP = 'secretbox@hidden-trap.example'
HOSTILE = [
    ('script', '<script>alert(1)</script><img src=x onerror=alert(2)>'),
    ('entity', '&lt;b&gt; &amp;amp; &#60;i&#62;'),
    ('quote', '"><svg/onload=alert(3)> \' onmouseover=alert(4) x=\''),
    ('escape', 'red \x1b[31m title \x1b]0;owned\x07 bell \x07 back \x08\x08 clear \x1b[2J'),
    ('c1', 'csi \u009b31m osc \u009d0;x\u009c'),
    ('bidi', 'exe.\u202egnp.doc\u202c \u2066isolate\u2069 \u200bzero\u200dwidth \ufeffbom'),
    ('formula', '=HYPERLINK("http://evil.example","x")'),
    ('formula2', '+1+cmd|\' /C calc\'!A0'),
    ('formula3', '@SUM(1)'),
    ('formula4', '-2+3'),
    ('comma', 'a,b;"c",\u2028line\u2029'),
    ('marks', 'z' + '\u0301' * 200),
    ('nul', 'before\x00after'),
    ('surrogate', 'bad \udcff\udcfe bytes'),
    ('style', '</style><style>*{display:none}</style><meta http-equiv=refresh content="0;url=http://evil.example">'),
    ('long', 'A' * 5000),
    ('comment', '--><script>alert(5)</script><!--'),
    ('template', '{{7*7}} ${7*7} <%= 7*7 %>'),
]


def hostile_box():
    mails = []
    for i, (name, text) in enumerate(HOSTILE):
        body = ('%s\nhttp://evil%d.example/?q=<script>&u=%s\njavascript:alert(1)\n%s\n' % (text, i, TRAP, text))
        mails.append(mail(i, to=TRAP, subject=text, body=body, headers='X-Mailer: %s\nReply-To: <%s>\n' % (text, 'r%d@x.example' % i)))
    return mbox(mails)


def setup(t):
    t.ingest('--feed', 'f', t.write('box', hostile_box()))
    same(t.count(), len(HOSTILE))


class Page(html.parser.HTMLParser):
    """Collects what would act in a browser."""
    ACTIVE = {'script', 'iframe', 'object', 'embed', 'form', 'base', 'link', 'applet', 'frame'}

    def __init__(self, text):
        super().__init__()
        self.bad, self.links, self.csp = [], [], ''
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in self.ACTIVE:
            self.bad.append('<%s>' % tag)
        for name, value in attrs:
            if name.startswith('on') or 'javascript:' in (value or '').lower():
                self.bad.append('%s=%s' % (name, value))
            if name in ('href', 'src', 'action', 'xlink:href', 'data', 'srcset', 'poster') and not (value or '').startswith(('#', 'data:')):
                self.links.append(value)
        found = dict(attrs)
        if tag == 'meta' and found.get('http-equiv', '').lower() == 'content-security-policy':
            self.csp = found['content']
        elif tag == 'meta' and 'http-equiv' in found:
            self.bad.append('meta ' + found['http-equiv'])

    handle_startendtag = handle_starttag


CONTROL = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


def case_report(t):
    t.write('box', hostile_box())
    r = t.run('report', 'box', '--store', 't.db', '--feed', 'f', '-o', 'r.html')
    text = t.read('r.html')
    page = Page(text)
    same(page.bad, [], 'active content')
    same(page.links, [], 'links that leave the page')
    assert "default-src 'none'" in page.csp, page.csp
    assert not CONTROL.search(text), 'control character %r in the report' % CONTROL.search(text).group()
    assert TRAP not in text and 'secretbox' not in text, 'trap address in the report'
    assert 'http://evil' not in text, 'a URL that is not defanged'
    assert not CONTROL.search(r.out.replace('\r', '')) and 'secretbox' not in r.out


def case_terminal(t):
    setup(t)
    for command in (['messages'], ['messages', '--columns', 'subject,mailer,urls,to,reply_to,from_name'], ['brands'], ['feeds'], ['series']):
        r = t.run(*command, '--store', 't.db')
        found = CONTROL.search(r.out)
        assert not found, '%s: %r in %r' % (command, found.group(), r.out[max(0, found.start() - 60):found.end() + 20])
        assert 'secretbox' not in r.out and 'http://evil' not in r.out, command


def case_explain(t):
    setup(t)
    for m in t.messages():
        r = t.run('explain', m['id'], '--store', 't.db')
        assert not CONTROL.search(r.out), repr(r.out)
        assert 'secretbox' not in r.out and 'http://evil' not in r.out, r.out


def case_csv(t):
    setup(t)
    r = t.run('messages', '--store', 't.db', '--format', 'csv', '--columns', 'subject,mailer,urls,to')
    rows = list(csv.reader(io.StringIO(r.out)))
    same({len(row) for row in rows}, {4})
    same(len(rows), len(HOSTILE) + 1)
    for row in rows[1:]:
        for cell in row:
            assert not re.match(r'\s*[=+@-]', cell), cell
            assert not CONTROL.search(cell), repr(cell)
            assert 'secretbox' not in cell and 'http://' not in cell


def case_json(t):
    """Machine output keeps the text verbatim: only the trap addresses are hidden."""
    setup(t)
    rows = t.messages()
    same(len(rows), len(HOSTILE))
    by_id = {m['message_id']: m for m in rows}
    assert '<script>alert(1)' in by_id['<m0@sender.example>']['subject']
    text = t.run('messages', '--store', 't.db', '--format', 'json').out
    assert 'secretbox' not in text
    for c in text:
        assert c == '\n' or c >= ' ', repr(c)


def case_reveal(t):
    setup(t)
    assert TRAP not in t.run('messages', '--store', 't.db', '--format', 'json').out
    assert TRAP in t.run('messages', '--store', 't.db', '--format', 'json', '--reveal').out


def case_hostile_names(t):
    """File names and feed names are input too."""
    name = 'a\x1b[31mb<script>\n.mbox'
    t.write(name, hostile_box())
    r = t.run('report', name, '--store', 't.db', '-o', 'r.html')
    same(Page(t.read('r.html')).bad, [])
    for text in (r.out, r.err, t.run('feeds', '--store', 't.db').out, t.run('ingest', '--store', 't.db', name).err):
        assert '\x1b' not in text, repr(text)


def case_hostile_names_in_errors(t):
    r = t.ingest('no\x1b[31msuch', code=3)
    assert '\x1b' not in r.err, repr(r.err)


def case_hostile_archive_members(t):
    import tarfile
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as tar:
        for i, name in enumerate(['../../etc/passwd', '/abs/olute', 'a\x1b[31m', '-rf', '.']):
            info = tarfile.TarInfo(name)
            data = mail(i)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo('special')
            info.type, info.linkname = kind, '/etc/passwd'
            tar.addfile(info)
    t.ingest('--feed', 'f', t.write('a.tar', out.getvalue()))
    assert 4 <= t.count() <= 5


def case_trap_known_by_envelope_alone(t):
    body = 'click http://evil.example/u/%s\nremove %s\n' % (TRAP, TRAP)
    raw = ('Return-Path: <s@spam.example>\nDelivered-To: %s\nReceived: from h.example (h.example [192.0.2.9])\n'
           '\tby mx.hidden-trap.example (Postfix) with SMTP id 1;\n\tSun, 01 Aug 2010 02:19:38 +0200\n'
           'From: s@spam.example\nTo: undisclosed-recipients:;\nSubject: for %s\nMessage-ID: <1@spam.example>\n\n%s' % (TRAP, TRAP, body))
    t.ingest('--feed', 'f', '--trust', 'mx.hidden-trap.example', t.write('one.eml', raw.encode()))
    m = t.messages()[0]
    same((m['mail_from'], len(m['rcpt_to'])), ('s@spam.example', 1))
    t.run('report', '--store', 't.db', '-o', 'r.html')
    for text in (t.run('messages', '--store', 't.db', '--format', 'jsonl').out, t.run('explain', m['id'], '--store', 't.db').out,
                 open(t.path('r.html'), encoding='utf-8').read()):
        assert 'secretbox' not in text, text[:2000]
    assert TRAP in t.run('messages', '--store', 't.db', '--format', 'jsonl', '--reveal').out
