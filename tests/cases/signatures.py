"""signatures: what is exported does in other programs what it says: it hits its campaign and no ham."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import time

from harness import Skip, mail, mbox, same

WORDS = ['friend', 'customer', 'neighbour', 'reader']
PILLS = ('Dear %s,\n\nthe (best) pharmacy of the town\'s "old" harbour sells pills at half the price; order no. %d now\n'
         'and save 50%% on #1 brands / today only, we ship\nwithin the week to any door.\n\nhttp://shop%d.example/o/%d\n')
REPLICA = ('Hello,\n\nour watches look like the real ones and nobody at your office will ever tell them apart, %s.\n\n'
           'See model %d at http://time%d.example/ before Friday evening comes around\n')
HAM = ('Hi %s,\n\nthe pharmacy at the harbour is closed this week, can you order the pills for grandmother in town?\n'
       'Number %d, she said. We ship the rest on Friday evening.\n')


def spam(body, subject, n):
    return [mail(i, subject=subject % i, body=body % ((WORDS[i % 4], i * 7, i, i) if body is PILLS else (WORDS[i % 4], i, i)))
            for i in range(n)]


def campaigns(t):
    """Two campaigns in a store, and a box of ham."""
    pills, replica = spam(PILLS, 'Save money on order %d today', 40), spam(REPLICA, 'Watch %d', 30)
    ham = [mail(1000 + i, subject='grandmother', body=HAM % (WORDS[i % 4], i)) for i in range(50)]
    t.write('spam', mbox(pills + replica))
    t.write('ham', mbox(ham))
    t.run('ingest', '-q', '--store', 't.db', '--feed', 'f', '--trust', 'mx.trap.example', 'spam')
    return pills, replica, ham


def signatures(t, program, *more):
    return t.run('signatures', '--store', 't.db', '--ham', 'ham', '--for', program, *more).out


def case_each_says_what_it_was_measured_on(t):
    campaigns(t)
    r = t.run('signatures', '--store', 't.db', '--ham', 'ham', '--check', 'spam')
    lines = r.lines()
    same(sorted(s['messages'] for s in lines), [30, 40])
    for s in lines:
        same((s['ham'], s['ham_hits'], s['ham_bound'], s['checked'], s['checked_hits']), (50, 0, 0.06, 70, s['messages']))
        assert all('shop' not in f['text'] and 'http' not in f['text'] for f in s['all_of']), s
    assert '2 signatures from 2 campaigns' in r.err and '70 of 70 checked' in r.err, r.err
    same(t.run('signatures', '--store', 't.db', '--ham', 'ham', '--check', 'spam').out, r.out)


def case_what_ham_has_is_not_used(t):
    campaigns(t)
    t.write('quoting', mbox([mail(1, body='Look what I got:\n\n' + PILLS % ('x', 1, 1, 1))]))
    r = t.run('signatures', '--store', 't.db', '--ham', 'ham', '--ham', 'quoting')
    same([s['messages'] for s in r.lines()], [30])
    assert '1 were dropped' in r.err, r.err


def case_without_ham_it_says_so(t):
    campaigns(t)
    r = t.run('signatures', '--store', 't.db')
    assert 'nothing is measured' in r.err, r.err
    assert all(s['ham_hits'] is None for s in r.lines())
    t.run('signatures', '--store', 't.db', '--for', 'exim', code=2)
    t.run('signatures', '--store', 't.db', '--ham', 'nowhere', code=3)


CHAIN = ['we have been in business for eleven years and our clients come back every month to order from us',
         'licensed doctors look at each request before it leaves the house so nothing can go wrong with it',
         'parcels are sent on the same afternoon with a number that you can follow until they reach your door',
         'should anything not please you then write to the office and the whole amount goes back to your card']


def case_of_several_feeds(t):
    """--feed says whose campaigns, not what feed the ham is of."""
    pills, replica, _ = campaigns(t)
    for name in ('a', 'b'):
        t.write(name, mbox(pills if name == 'a' else replica))
        t.run('ingest', '-q', '--store', 'u.db', '--feed', name, '--trust', 'mx.trap.example', name)
    t.run('ingest', '-q', '--store', 'u.db', '--feed', 'c', '--trust', 'mx.trap.example', 'ham')
    for feeds, want in ((('a', 'b'), [30, 40]), (('a',), [40])):
        r = t.run('signatures', '--store', 'u.db', '--ham', 'ham', *[w for f in feeds for w in ('--feed', f)])
        same(sorted(s['messages'] for s in r.lines()), want)


def case_several_templates_in_one_campaign(t):
    """Each text shares half with the next, nothing with all; links and numbers hold them together."""
    texts = ['Dear %s,\n\n' + CHAIN[k] + '\n\n' + CHAIN[k + 1] + '\n\norder 48213 at http://s.shop7.example/buy/%d\n' for k in range(3)]
    mails = [mail(i, subject='Your order at the old pharmacy', body=texts[i % 3] % (WORDS[i % 4], i)) for i in range(24)]
    t.write('spam', mbox(mails))
    t.write('ham', mbox([mail(1000 + i, subject='grandmother', body=HAM % (WORDS[i % 4], i)) for i in range(5)]))
    t.run('ingest', '-q', '--store', 't.db', '--feed', 'f', '--trust', 'mx.trap.example', 'spam')
    r = t.run('signatures', '--store', 't.db', '--ham', 'ham', '--check', 'spam')
    lines = r.lines()
    same([(s['messages'], s['part'], s['texts'], s['support']) for s in lines], [(24, 1, 24, 8), (24, 2, 24, 8), (24, 3, 24, 8)])
    assert '24 of 24 checked' in r.err, r.err
    for program, mark in (('rspamd', '" {'), ('spamassassin', 'meta ')):
        names = [line.split()[1 if program == 'spamassassin' else 0] for line in signatures(t, program).splitlines() if mark in line]
        same((len(names), len(set(names))), (3, 3))


def need(program):
    path = shutil.which(program, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
    if not path:
        raise Skip('%s is not installed' % program)
    return path


def hit_by(t, mails, run):
    return [i for i, m in enumerate(mails) if run(t.write('one.eml', m))]


def case_spamassassin(t):
    program = need('spamassassin')
    pills, replica, ham = campaigns(t)
    os.makedirs(t.path('site'))
    t.write('site/init.pre', 'loadplugin Mail::SpamAssassin::Plugin::Check\n')
    t.write('site/t.cf', signatures(t, 'spamassassin') + 'report_safe 0\nrequired_score 1\nadd_header all Hits _TESTS_\n')
    base = [program, '-L', '-x', '-C', t.path('site'), '--siteconfigpath', t.path('site')]
    lint = subprocess.run(base + ['--lint'], capture_output=True)
    assert lint.returncode == 0 and b'TRAPLINE' not in lint.stdout + lint.stderr, lint.stderr

    def hits(path):
        with open(path, 'rb') as f:
            out = subprocess.run(base, stdin=f, capture_output=True, check=True).stdout
        return b'TRAPLINE_' in out.split(b'\n\n')[0]
    same(len(hit_by(t, pills[:3] + replica[:3], hits)), 6)
    same(hit_by(t, ham[:3], hits), [])


def case_sieve(t):
    program = need('sieve-test')
    pills, replica, ham = campaigns(t)
    t.write('t.sieve', signatures(t, 'sieve'))
    os.chmod(t.dir, 0o777)
    user = ['-o', 'mail_uid=nobody', '-o', 'mail_gid=nogroup'] if os.getuid() == 0 else []

    def hits(path):
        run = subprocess.run([program, *user, '-o', 'mail_home=' + t.dir, t.path('t.sieve'), path], capture_output=True)
        assert run.returncode == 0, run.stderr
        return b'Junk' in run.stdout
    same(len(hit_by(t, pills[:6] + replica[:6], hits)), 12)
    same(hit_by(t, ham[:6], hits), [])


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def ask(port, data):
    c = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
    c.request('POST', '/checkv2', data)
    return json.loads(c.getresponse().read())


def case_rspamd(t):
    program = need('rspamd')
    pills, replica, ham = campaigns(t)
    port = free_port()
    t.write('regexp.conf', signatures(t, 'rspamd'))
    os.makedirs(t.path('hs'))
    t.write('rspamd.conf', '''
options { pidfile = "%(d)s/pid"; filters = "regexp"; dns { nameserver = ["127.0.0.1:9"]; } tempdir = "%(d)s"; cache_file = "%(d)s/cache"; hs_cache_dir = "%(d)s/hs"; }
logging { type = "console"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:%(p)d"; count = 1; }
regexp { .include "%(d)s/regexp.conf" }
''' % {'d': t.dir, 'p': port})
    user = ['-i', '-u', 'root', '-g', 'root'] if os.getuid() == 0 else []
    with open(t.path('log'), 'wb') as log:
        server = subprocess.Popen([program, '-f', *user, '-c', t.path('rspamd.conf')], stdout=log, stderr=log)
    try:
        for _ in range(1500):  # rspamd takes seven seconds of processor time to start
            try:
                ask(port, pills[0])
                break
            except OSError:
                assert server.poll() is None, t.read('log')
                time.sleep(0.1)

        def hits(path):
            with open(path, 'rb') as f:
                return any(name.startswith('TRAPLINE_') for name in ask(port, f.read())['symbols'])
        same(len(hit_by(t, pills[:6] + replica[:6], hits)), 12)
        same(hit_by(t, ham[:6], hits), [])
    finally:
        server.terminate()
        server.wait(timeout=20)


def case_no_campaign(t):
    t.write('box', mbox([mail()]))
    t.ingest('--feed', 'f', 'box')
    r = t.run('signatures', '--store', 't.db')
    same(r.out, '')
    assert '0 signatures from 0 campaigns' in r.err, r.err
