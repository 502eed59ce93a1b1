"""Pages, redirect chains, DNS facts, and the crawl: against servers on loopback that the cases start, and the public worlds."""
import collections
import gzip
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading

from harness import ROOT, Skip, mail, mbox, picture, png, same


def record(url, head, body=b'', date='2010-08-01T00:00:00Z', kind='response'):
    block = head.replace('\n', '\r\n').encode() + b'\r\n\r\n' + body
    return ('WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: %s\r\nWARC-Record-ID: <urn:uuid:x>\r\n'
            'Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n' %
            (kind, url, date, len(block))).encode() + block + b'\r\n\r\n'


OK = 'HTTP/1.1 200 OK\nContent-Type: text/html'
SHOP = b'<title>Pills - shop</title><a href=/cart>Add to cart</a> $1.00 $2.00 $3.00 Visa'


def pages(t, *args):
    return t.run('pages', '--store', 't.db', '--format', 'jsonl', *args).lines()


def chain(rows, url):
    hops = [r for r in rows if r['url'] == url][0]['chain']
    return [(h['url'], h['how'], h['role']) for h in hops['hops']], hops['end']


def case_chain_of_every_kind(t):
    records = [
        record('http://site.example/', OK, b'<h1>Bakery</h1>we bake'),
        record('http://site.example/a/x.html', OK, b'<meta http-equiv=refresh content="0;url=http://tds.example/in.cgi?2">'),
        record('http://tds.example/in.cgi?2', 'HTTP/1.1 302 Found\nLocation: http://js.example/p'),
        record('http://js.example/p', OK, b'<script>var u="http://shop"; top.location.href=u+".example/";</script>'),
        record('http://shop.example/', OK, SHOP),
        record('http://l.example/a', 'HTTP/1.1 301 Moved\nLocation: /b'),
        record('http://l.example/b', 'HTTP/1.1 301 Moved\nLocation: /a'),
    ]
    plain, zipped = t.write('a.warc', b''.join(records)), t.write('b.warc.gz', b''.join(gzip.compress(r) for r in records))
    out = t.run('pages', '--store', 't.db', '--format', 'jsonl', plain).lines()
    same({(r['of'], r['value']): r['captures'] for r in out}[('page', 'storefront')], 1)
    rows = pages(t)
    hops, end = chain(rows, 'http://site.example/a/x.html')
    same(hops, [('http://site.example/a/x.html', 'meta', 'compromised'), ('http://tds.example/in.cgi?2', 'http', 'traffic'),
                ('http://js.example/p', 'script', 'redirect'), ('http://shop.example/', None, 'storefront')])
    same(end, 'page')
    same(chain(rows, 'http://l.example/a')[1], 'loop')
    before = t.run('pages', '--store', 't.db', '--format', 'json').out
    t.run('pages', '--store', 't.db', plain)
    same(t.run('pages', '--store', 't.db', '--format', 'json').out, before)
    t.run('pages', '--store', 'u.db', zipped)
    other = t.run('pages', '--store', 'u.db', '--format', 'jsonl').lines()
    same([{k: v for k, v in r.items() if k != 'warc'} for r in other], [{k: v for k, v in r.items() if k != 'warc'} for r in rows])


def case_chains_join_files(t):
    t.run('pages', '--store', 't.db', t.write('a.warc', record('http://a.example/', 'HTTP/1.1 302 Found\nLocation: http://b.example/')))
    same(chain(pages(t), 'http://a.example/')[1], 'open')
    t.run('pages', '--store', 't.db', t.write('b.warc', record('http://b.example/', OK, SHOP)))
    hops, end = chain(pages(t), 'http://a.example/')
    same((len(hops), end), (2, 'page'))


def case_images_of_the_crawl(t):
    gif = b'GIF89a' + bytes(40)
    page = record('http://a.example/', OK, b'<img src=/l.gif>' + SHOP)
    image = record('http://a.example/l.gif', 'HTTP/1.1 200 OK\nContent-Type: image/gif', gif)
    icon = record('http://a.example/favicon.ico', 'HTTP/1.1 200 OK\nContent-Type: image/x-icon', gif)
    t.run('pages', '--store', 't.db', t.write('a.warc', page + image + icon))
    rows = pages(t)
    same(len(rows), 1)
    tokens = [x for x in rows[0]['tokens'] if x.startswith('image=')]
    same(sorted(x.split('=')[1].split(':')[0] for x in tokens), ['/l.gif', 'icon', 'sha'])


def case_looks_of_images(t):
    """What images of the crawl look like; spacers and what is broken look like nothing."""
    def image(name, data, kind='image/png'):
        return record('http://a.example/' + name, 'HTTP/1.1 200 OK\nContent-Type: ' + kind, data)
    names = ['logo.png', 'other.png', 'spacer.png', 'broken.png', 'variant.png']
    page = record('http://a.example/', OK, b''.join(b'<img src=/%s>' % n.encode() for n in names) + SHOP)
    whole = picture(1, 1)
    t.run('pages', '--store', 't.db', t.write('a.warc', page + image(names[0], whole) + image(names[1], picture(2, 1)) + image(
        names[2], png(40, 40, [bytes(40)] * 40)) + image(names[3], whole[:60] + bytes(200)) + image(names[4], picture(1, 2))))
    tokens = [x for x in pages(t)[0]['tokens'] if x.startswith('image=look:')]
    same([len(x) for x in tokens], [75] * 3)
    bits = [int(x[11:], 16) for x in tokens]
    same(sorted(bin(a ^ b).count('1') <= 64 for i, a in enumerate(bits) for b in bits[:i]), [False, False, True])


def case_broken_files(t):
    good = record('http://good.example/', OK, SHOP)
    bomb = gzip.compress(record('http://bomb.example/', OK, bytes(300 << 20)))
    short = gzip.compress(record('http://short.example/', OK, SHOP))[:-30]
    flipped = bytearray(gzip.compress(record('http://flip.example/', OK, SHOP)))
    flipped[60] ^= 0xFF
    path = t.write('x.warc.gz', short + gzip.compress(good) + bytes(flipped) + bomb + b'junk' + gzip.compress(good.replace(b'good.', b'last.')))
    run = t.measured('pages', '--store', 't.db', path)
    assert 'gzip_bomb' in run.err and 'gzip_damaged' in run.err, run.err
    assert run.rss < 300 << 20, run.rss
    assert run.seconds < 20, run.seconds
    urls = [r['url'] for r in pages(t)]
    assert 'http://good.example/' in urls and 'http://last.example/' in urls, urls
    t.run('pages', '--store', 't.db', t.write('no.warc', b'this is no WARC file\n' * 100), code=3)
    t.run('pages', '--store', 't.db', 'missing.warc', code=3)


def case_huge_page(t):
    body = SHOP + b'<a href="/x">$1</a> ' * (5 << 20)
    run = t.measured('pages', '--store', 't.db', t.write('big.warc', record('http://big.example/', OK, body)))
    assert run.rss < 300 << 20, run.rss
    facts = pages(t)[0]['facts']
    assert 'warc_cut' in facts and 'page_cut' in facts, facts


def case_dns(t):
    lines = [{'domain': 'a.example', 'first_seen': '2010-01-02T00:00:00Z', 'ns': ['ns1.h.example'], 'a': ['203.0.113.1'], 'registrar': 'R',
              'registered': '2010-01-01'},
             {'rrname': 'a.example.', 'rrtype': 'A', 'rdata': '203.0.113.9', 'time_first': 1262304000, 'time_last': 1272304000}]
    t.run('dns', '--store', 't.db', t.write('a.jsonl', '\n'.join(json.dumps(x) for x in lines)))
    t.run('dns', '--store', 't.db', t.write('b.csv', 'domain,ns\nb.example,ns1.h.example;ns2.h.example\n'))
    rows = t.run('dns', '--store', 't.db', '--format', 'jsonl').lines()
    same([r['domain'] for r in rows], ['a.example', 'b.example'])
    same(rows[0]['a'], ['203.0.113.1', '203.0.113.9'])
    same(rows[0]['first_seen'], '2010-01-01T00:00:00Z')
    same(rows[1]['ns'], ['ns1.h.example', 'ns2.h.example'])
    bad = t.run('dns', '--store', 't.db', t.write('c.jsonl', '{"domain":"c.example"}\n{"domain":\n'), code=3)
    assert '1 of 2 lines' in bad.err, bad.err
    same(len(t.run('dns', '--store', 't.db', '--format', 'jsonl').lines()), 3)


def case_dns_tells_old_sites(t):
    t.run('pages', '--store', 't.db', t.write('a.warc', record('http://a.example/deep/', 'HTTP/1.1 302 Found\nLocation: http://b.example/')))
    same(chain(pages(t), 'http://a.example/deep/')[0][0][2], 'redirect')
    t.run('dns', '--store', 't.db', t.write('a.jsonl', '{"domain":"a.example","registered":"2004-05-06"}'))
    same(chain(pages(t), 'http://a.example/deep/')[0][0][2], 'compromised')


# ---- loopback servers ----

class Site:
    """A web site on a loopback address: path -> (status, headers, body). Keeps what was asked."""

    def __init__(self, routes, address='127.0.0.1'):
        site = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                status, headers, body = routes.get(self.path, (404, {}, b'Not found'))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value.replace('BASE', site.base))
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.port = self.server.server_address[1]
        self.server.handle_error = lambda *args: None  # a client that has read enough goes away
        self.base = 'http://%s:%d' % (address, self.port)
        for path, (status, headers, body) in list(routes.items()):
            routes[path] = (status, headers, body.replace(b'BASE', self.base.encode()))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()


HTML = {'Content-Type': 'text/html'}


def loop_site():
    return Site({
        '/start': (302, {'Location': '/meta'}, b''),
        '/meta': (200, HTML, b'<meta http-equiv="refresh" content="0; url=/js">'),
        '/js': (200, HTML, b"<script>window.location.replace('BASE/loop1');</script>"),
        '/loop1': (301, {'Location': 'BASE/loop2'}, b''),
        '/loop2': (302, {'Location': 'BASE/loop1'}, b''),
        '/shop': (200, HTML, SHOP),
    })


def crawl(t, *args, **kw):
    return t.run('crawl', '--store', 't.db', '--delay', '0', '-o', 'out.warc.gz', *args, **kw)


def case_crawl_is_recorded_exactly(t):
    with loop_site() as site:
        crawl(t, '--allow-private', site.base + '/start', site.base + '/shop')
        same(sorted(site.asked), ['/js', '/loop1', '/loop2', '/meta', '/shop', '/start'])
        rows = pages(t)
        hops, end = chain(rows, site.base + '/start')
        same([(u[len(site.base):], how) for u, how, role in hops],
             [('/start', 'http'), ('/meta', 'meta'), ('/js', 'script'), ('/loop1', 'http'), ('/loop2', 'http')])
        same(end, 'loop')
        same({r['ip'] for r in rows}, {'127.0.0.1'})
        same([r['kind'] for r in rows if r['url'].endswith('/shop')], ['storefront'])
        warc = gzip.open(t.path('out.warc.gz')).read()
        same(warc.count(b'WARC-Type: response'), 6)
        same(warc.count(b'WARC-Type: request'), 6)
        assert b'GET /start HTTP/1.1\r\n' in warc


def refusals(t):
    return {r['url']: r['reasons'][0] for r in pages(t) if 'target_refused' in r['facts']}


def case_crawl_refuses_what_is_not_public(t):
    urls = ['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://10.1.2.3/', 'http://192.168.0.1/',
            'http://169.254.169.254/latest/meta-data/', 'http://[::ffff:127.0.0.1]/', 'http://[fe80::1]/', 'http://localhost/',
            'http://printer/', 'http://nas.local/', 'http://0.0.0.0/', 'http://100.64.0.1/', 'http://203.0.113.7/', 'http://224.0.0.1/',
            'http://[64:ff9b::7f00:1]/', 'http://a.example:25/', 'http://172.31.255.255/', 'http://[fd00::1]/']
    with Site({'/': (200, HTML, SHOP)}) as site:
        run = crawl(t, site.base + '/', *urls)
        same(site.asked, [])
        assert '0 fetched, %d refused' % (len(urls) + 1 - 2) in run.err, run.err  # three are the same address
        got = refusals(t)
        same(got[site.base + '/'], 'refused: loopback')
        same(got['http://169.254.169.254/latest/meta-data/'], 'refused: link-local')
        same(got['http://a.example:25/'], 'refused: a port of another service')


def case_crawl_refuses_at_every_hop(t):
    """A server that is allowed leads to addresses that are not: by number, and by a name that resolves to one."""
    with Site({'/': (200, HTML, SHOP)}) as inner:
        routes = {
            '/a': (302, {'Location': inner.base + '/'}, b''),
            '/b': (200, HTML, b"<script>location='http://10.0.0.1/admin'</script>"),
            '/c': (302, {'Location': 'http://rebind.example:%d/' % inner.port}, b''),
            '/d': (302, {'Location': 'http://two.example:%d/' % inner.port}, b''),
            '/e': (302, {'Location': 'file:///etc/passwd'}, b''),
            '/f': (302, {'Location': 'gopher://127.0.0.1/'}, b''),
        }
        with Site(routes, '127.0.0.2') as outer:
            crawl(t, '--allow-address', '127.0.0.2', '--resolve', 'rebind.example:%d:127.0.0.1' % inner.port,
                  '--resolve', 'two.example:%d:10.0.0.7,127.0.0.1' % inner.port, '--resolve', 'outer.example:%d:127.0.0.2' % outer.port,
                  *[outer.base + p for p in routes], 'http://outer.example:%d/a' % outer.port)
            same(inner.asked, [])
            same(sorted(outer.asked), sorted(list(routes) + ['/a']))
            got = refusals(t)
            same(got[inner.base + '/'], 'refused: loopback')
            same(got['http://10.0.0.1/admin'], 'refused: private')
            same(got['http://rebind.example:%d/' % inner.port], 'refused: loopback')
            assert got['http://two.example:%d/' % inner.port] in ('refused: loopback', 'refused: private')
            hops, end = chain(pages(t), outer.base + '/c')
            same(hops[-1][2], 'dead')


def case_crawl_caps(t):
    big = b'<p>x' * (2 << 20)
    with Site({'/big': (200, HTML, big), '/none': (200, {}, b'')}) as site:
        crawl(t, '--allow-private', site.base + '/big', site.base + '/none')
        row = [r for r in pages(t) if r['url'].endswith('/big')][0]
        same(row['bytes'], 4 << 20)
        assert 'warc_truncated' in row['facts'], row['facts']
    silent = socket.socket()
    silent.bind(('127.0.0.1', 0))
    silent.listen(1)
    crawl(t, '--allow-private', '--timeout', '1', 'http://127.0.0.1:%d/' % silent.getsockname()[1])
    silent.close()
    failed = [r for r in pages(t) if 'target_failed' in r['facts']]
    same(len(failed), 1)


def case_crawl_chooses_urls(t):
    links = ['http://127.0.0.1:1/x%d' % i for i in range(3)]
    body = 'see http://shop.example/a http://shop.example/b http://shop.example/c http://shop.example/d http://www.shop2.example/unsubscribe?x ' \
           'http://shop3.example/?u=someone@trap.example http://shop4.example/pic.gif ' + ' '.join(links)
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox([mail(1, body=body + '\n')])))
    out = t.run('crawl', '--store', 't.db', '--dry-run').out.split()
    same(sorted(u for u in out if 'shop' in u), ['http://shop.example/a', 'http://shop.example/b', 'http://shop.example/c'])
    same(len(t.run('crawl', '--store', 't.db', '--dry-run', '--limit', '2').out.split()), 2)
    same(t.run('crawl', '--store', 't.db', '--dry-run', '--feed', 'f', '--per-domain', '1', '--domain', 'shop.example').out.count('shop.example'), 1)


def case_crawl_says_what_is_wrong(t):
    assert 'is no URL' in t.run('crawl', '--store', 't.db', 'shop', code=2).err
    t.run('crawl', '--store', 'none.db', code=3)
    assert not os.path.exists(t.path('none.db'))
    t.run('crawl', '--store', 't.db', '-o', 'no/such/folder/x', 'http://10.0.0.1/', code=4)
    crawl(t, '--proxy', 'http://127.0.0.1:1', 'http://far.example/')
    same([r['facts'] for r in pages(t)], [['target_failed']])


def case_crawl_through_a_proxy(t):
    with Site({'http://far.example/': (200, HTML, SHOP)}) as proxy:
        crawl(t, '--proxy', proxy.base, 'http://far.example/', 'http://127.0.0.1/', 'http://localhost/')
        same(proxy.asked, ['http://far.example/'])
        same(len(refusals(t)), 2)
        same([r['kind'] for r in pages(t) if r['url'] == 'http://far.example/'], ['storefront'])


def case_wget_file(t):
    if not shutil.which('wget'):
        raise Skip('no wget')
    with loop_site() as site:
        for path in ('/start', '/shop'):
            subprocess.run(['wget', '-q', '--warc-file=w%s' % path[1:], '--warc-cdx', '--max-redirect=5', '-O', 'x', site.base + path], cwd=t.dir,
                           env=dict(os.environ, no_proxy='*'))
        t.run('pages', '--store', 't.db', 'wstart.warc.gz', 'wshop.warc.gz')
        rows = pages(t)
        same(sorted(r['url'][len(site.base):] for r in rows), ['/meta', '/shop', '/start'])
        same([r['facts'] for r in rows], [[], [], []])
        same(chain(rows, site.base + '/start')[0][1][1], 'meta')


def case_warcio_file(t):
    """Written by warcio.js of npm (tests/pages/warcio.mjs): response, request, resource, metadata and revisit records of WARC 1.1."""
    t.run('pages', '--store', 't.db', os.path.join(ROOT, 'tests', 'pages', 'warcio.warc.gz'))
    rows = pages(t)
    same([(r['url'], r['kind']) for r in rows], [('http://shop.example/', 'storefront'), ('http://shop.example/', 'storefront'),
                                                 ('http://site.example/a/x.html', 'redirect')])
    same([r['facts'] for r in rows], [[], [], []])
    same([x for x in rows[1]['tokens'] if x.startswith('image=sha')], ['image=sha:9e2319b83a7cbd73'])
    same(rows[1]['tokens'], rows[0]['tokens'])
    same([r['revisit'] for r in rows], [None, {'url': 'http://shop.example/', 'time': '2010-08-01T00:00:00Z'}, None])
    same(chain(rows, 'http://site.example/a/x.html')[0][1][2], 'storefront')


def world(name):
    """The pages of a world of known truth, which lies beside the checkout where there is one."""
    for root in (os.path.join(ROOT, '..', 'shared', 'worlds'), os.environ.get('TRAPLINE_WORLDS', '')):
        path = os.path.join(root, name, 'pages.warc.gz')
        if root and os.path.exists(path):
            return path
    raise Skip('the world is not here')


def read_world(t, name, least):
    path = world(name)
    run = t.measured('pages', '--store', 't.db', path)
    rows = pages(t)
    same(sum(1 for r in rows if r['facts']), 0)
    kinds = collections.Counter(r['kind'] for r in rows)
    assert kinds['storefront'] > least and kinds['parked'] and kinds['dead'] and kinds['redirect'], kinds
    ends = collections.Counter(r['chain']['end'] for r in rows if r['chain'])
    same(set(ends), {'page'})
    print('     %s: %d pages in %.2f s' % (name, len(rows), run.seconds))


def case_world_quiet(t):
    read_world(t, 'quiet', 2000)


def case_world_autumn_2010(t):
    read_world(t, 'autumn-2010', 2000)
