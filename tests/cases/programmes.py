"""For whom: programmes through captured pages, seeds that are refused, aliases and what an analyst decides, the graph."""
import json
import xml.etree.ElementTree

from harness import mail, mbox, same

PACK = {'format': 1, 'programmes': [
    {'name': 'Alpha', 'category': 'pharma', 'brands': ['Pill Shop'], 'source': 'a test',
     'example_domains': ['a0.example', 'a1.example', 'a2.example', 'dead.example', 'w0.example']},
    {'name': 'Beta', 'category': 'pharma', 'brands': ['Pill Shop'], 'source': 'a test', 'example_domains': ['b0.example', 'parked.example']},
    {'name': 'Gamma', 'category': 'replica', 'brands': ['Fine Watches'], 'source': 'a test', 'example_domains': ['w0.example', 'w1.example']}]}


def record(url, body, status='200 OK', extra=''):
    block = ('HTTP/1.1 %s\r\nContent-Type: text/html\r\n%s\r\n' % (status, extra)).encode() + body.encode()
    return ('WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s\r\nWARC-Date: 2010-09-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:x>\r\n'
            'Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n' % (url, len(block))).encode() + block + b'\r\n\r\n'


def shop(brand, template, phone, order):
    rows = ''.join('<tr class=%s%d><td>Thing<td>$%d.00<td><a href="/%s/buy?id=%d">Add to cart</a>' % (template, i, i + 2, template, i)
                   for i in range(6))
    return ('<title>%s - shop</title><body class=%s><h1>%s</h1><table class=%s>%s</table><form class=%sf action=/track><label>Order number '
            '(example %s)</label><input name=%sn></form>Support phone: %s<br>Copyright 2005-2010 %s</body>' %
            (brand, template, brand, template, rows, template, order, template, phone, brand))


ALPHA = shop('Pill Shop', 'velo', '+1-555-0101', 'XAS00012345')
BETA = shop('Pill Shop', 'velo', '+1-555-0202', 'XAS00012345')
WATCH = shop('Fine Watches', 'kora', '+1-555-0303', 'WAT-12345')
NEW = shop('Diamond Time', 'kora', '+1-555-0303', 'WAT-12345')
THIEF = shop('My Pill Shop', 'velo', '+1-555-0404', 'THF-12345')


def setup(t):
    sites = {'a': ALPHA, 'b': BETA, 'w': WATCH, 'n': NEW, 't': THIEF}
    records = [record('http://%s%d.example/' % (k, i), body) for k, body in sites.items() for i in range(5)]
    records += [record('http://dead.example/', 'Not found', '404 Not Found'), record('http://parked.example/', 'This domain may be for sale.'),
                record('http://r.example/in.cgi?7', '', '302 Found', 'Location: http://b4.example/\r\n')]
    t.write('pages.warc', b''.join(records))
    servers = {'a': 'ns.alpha.example', 'b': 'ns.alpha.example', 'w': 'ns.watch.example', 'n': 'ns.watch.example', 't': 'ns.thief.example'}
    t.write('dns.jsonl', ''.join(json.dumps({'domain': '%s%d.example' % (k, i), 'first_seen': '2010-09-01T00:00:00Z', 'ns': [ns],
                                             'a': [], 'registrar': 'One Registrar'}) + '\n' for k, ns in servers.items() for i in range(5)))
    t.write('pack.yaml', json.dumps(PACK))
    links = ['http://a4.example/', 'http://b3.example/x?1', 'http://r.example/in.cgi?7', 'http://w3.example/', 'http://n2.example/',
             'http://t1.example/', 'http://elsewhere.example/']
    t.write('box', mbox([mail(i, body='Dear you,\nlook at %s today.\n' % links[i % len(links)]) for i in range(70)]))
    t.ingest('--pack', 'pack.yaml', '--no-analyse', '-q', '--feed', 'f', '--trust', 'mx.trap.example', 'box')
    t.run('pages', '-q', '--store', 't.db', 'pages.warc')
    t.run('dns', '-q', '--store', 't.db', 'dns.jsonl')
    analyse(t)


def analyse(t):
    t.run('analyse', '--store', 't.db', '--no-default-packs', '--pack', 'pack.yaml')


def case_messages_inherit_from_pages(t):
    setup(t)
    found = {}
    for m in t.messages():
        name = m['programme'] and m['programme']['name']
        found.setdefault(m['urls'][0], set()).add((name, m['brand'] and m['brand']['name'], m['via']))
    same(found['http://a4.example/'], {('Alpha', 'Pill Shop', 'page')})
    same(found['http://b3.example/x?1'], {('Beta', 'Pill Shop', 'domain')})
    same(found['http://r.example/in.cgi?7'], {('Beta', 'Pill Shop', 'page')})
    same(found['http://w3.example/'], {('Gamma', 'Fine Watches', 'page')})
    same(found['http://t1.example/'], {('My Pill Shop', 'My Pill Shop', 'page')})
    same({name for name, brand, via in found['http://n2.example/']}, {'Gamma'})
    same(found['http://elsewhere.example/'], {(None, None, 'none')})


def case_programmes_and_seeds(t):
    setup(t)
    rows = {p['name']: p for p in t.run('programmes', '--store', 't.db', '--format', 'json').json()['programmes']}
    same(sorted(rows), ['Alpha', 'Beta', 'Gamma', 'My Pill Shop'])
    same((rows['Beta']['messages'], rows['Beta']['in_pack'], rows['My Pill Shop']['in_pack']), (20, True, False))
    refused = {s['domain']: s['reason'] for p in rows.values() for s in p['seeds'] if not s['accepted']}
    same(refused['dead.example'], 'dead')
    same(refused['parked.example'], 'parked')
    assert 'Gamma' in refused['w0.example'], refused
    assert abs(sum(p['message_share'] for p in rows.values()) - 1) < 1e-3
    assert abs(sum(p['domain_share'] for p in rows.values()) - 1) < 1e-3
    assert 'refused' in t.run('programmes', '--store', 't.db').out


def pairs(t):
    return {frozenset((p['a'], p['b'])): p for p in t.run('decide', '--store', 't.db', '--format', 'json').json()['pairs']}


def case_aliases(t):
    setup(t)
    found = pairs(t)
    same(found[frozenset(('Alpha', 'Beta'))]['tier'], 'same')
    same(found[frozenset(('Gamma', 'Diamond Time'))]['tier'], 'same')
    thief = found.get(frozenset(('Alpha', 'My Pill Shop')))
    assert not thief or thief['tier'] in ('unproven', 'contradicted'), thief
    kinds = {e['kind'] for e in found[frozenset(('Alpha', 'Beta'))]['evidence'] if e['weight'] > 0}
    assert {'hosts', 'contact'} <= kinds, kinds
    t.run('report', '--store', 't.db', '--no-default-packs', '--pack', 'pack.yaml', '-q', '-o', 'r.html')
    assert 'Which names are one organisation' in t.read('r.html')


def case_decisions_win_and_are_undone(t):
    setup(t)
    t.run('decide', 'different', 'beta', 'ALPHA', '--note', 'two crews', '--store', 't.db', '-q')
    analyse(t)
    p = pairs(t)[frozenset(('Alpha', 'Beta'))]
    assert 'different organisations by an analyst' in p['reading'] and p['tier'] == 'same', p
    same([e['note'] for e in p['decision']['entries']], ['two crews'])
    t.run('decide', 'same', 'Alpha', 'Beta', '--store', 't.db', '-q')
    t.run('decide', 'same', 'Alpha', 'Beta', '--undo', '--store', 't.db', '-q')
    t.run('decide', 'different', 'Alpha', 'Beta', '--undo', '--store', 't.db', '-q')
    t.run('decide', 'different', 'Alpha', 'Beta', '--undo', '--store', 't.db', '-q', code=3)
    analyse(t)
    p = pairs(t)[frozenset(('Alpha', 'Beta'))]
    assert 'analyst' not in p['reading'], p
    same([e['undone'] for e in p['decision']['entries']], [True, True])
    t.run('decide', 'perhaps', 'Alpha', 'Beta', '--store', 't.db', code=2)


def case_graph(t):
    setup(t)
    doc = t.run('graph', '--store', 't.db', '--format', 'json').json()
    edges = {(e['from'], e['to']): e for e in doc['edges']}
    same(edges[('Beta', 'Pill Shop')]['messages'], 20)
    assert ('Pill Shop', 'a4.example') in edges and ('Pill Shop', 'elsewhere.example') not in edges, edges
    same((doc['shown'], doc['total']), (len(edges), len(edges)))
    same(t.run('graph', '--store', 't.db', '--as-of', '2011-01-01', '--format', 'json').json()['edges'], [])
    tree = xml.etree.ElementTree.fromstring(t.run('graph', '--store', 't.db', '--draw', 'graphml', '--limit', '3').out)
    assert '3 of %d edges shown' % len(edges) in ''.join(tree.itertext())
    assert t.run('graph', '--store', 't.db', '--draw', 'dot').out.startswith('digraph')
    t.run('graph', '--store', 't.db', '--draw', 'crayon', code=2)


def case_explain_tells_the_page(t):
    setup(t)
    m = [m for m in t.messages() if m['urls'] == ['http://r.example/in.cgi?7']][0]
    out = t.run('explain', m['id'], '--store', 't.db').out
    assert 'the page that a link leads to' in out and '+1-555-0202' in out and 'storefront' in out, out
    assert 'http://' not in out


def case_the_same_whatever_the_order(t):
    setup(t)
    want = [t.run(c, '--store', 't.db', '--format', 'json').out for c in ('programmes', 'decide', 'graph', 'messages')]
    t.run('pages', '-q', '--store', 'u.db', 'pages.warc')
    t.run('dns', '-q', '--store', 'u.db', 'dns.jsonl')
    t.run('ingest', '--store', 'u.db', '--no-default-packs', '--pack', 'pack.yaml', '-q', '--feed', 'f', '--trust', 'mx.trap.example', 'box')
    same([t.run(c, '--store', 'u.db', '--format', 'json').out for c in ('programmes', 'decide', 'graph', 'messages')], want)


def case_a_host_that_leads_to_many_shops_names_none(t):
    """Two kinds of goods link one host, and only the one kind names its brand: the others do not take it over."""
    t.write('pack.yaml', json.dumps({**PACK, 'categories': [
        {'name': 'casino', 'source': 'a test', 'words': [{'weight': 3, 'any': ['roulette', 'jackpot']}]},
        {'name': 'pharma', 'source': 'a test', 'words': [{'weight': 3, 'any': ['tablets']}]}]}))
    pills = [mail(i, body='Tablets from the Pill Shop for you!\nhttp://door.example/?%d\n' % i) for i in range(100, 190)]
    rival = [mail(i, subject='roulette evening %d' % i, body='Roulette and jackpot, play %d times now.\nhttp://door.example/?%d\n' % (i, i))
             for i in range(20, 24)]
    plain = [mail(i, subject='about %d' % i, body='Look here, friend number %d.\nhttp://single.example/?%d\n' % (i, i)) for i in range(30, 33)]
    own = [mail(i, subject='tell %d' % i, body='Tablets of the Pill Shop for %d.\nhttp://single.example/?%d\n' % (i, i)) for i in range(40, 90)]
    t.write('box', mbox(pills + rival + plain + own))
    t.ingest('--no-default-packs', '--pack', 'pack.yaml', '-q', '--feed', 'f', '--trust', 'mx.trap.example', 'box')
    for line in t.run('messages', '--store', 't.db', '--format', 'jsonl').out.splitlines():
        m = json.loads(line)
        number = int(m['message_id'][2:].split('@')[0])
        brand = (m['brand'] or {}).get('name')
        if 20 <= number < 24:
            same((number, brand), (number, None))
        elif number >= 30:
            same((number, brand), (number, 'Pill Shop'))


def case_medicine_is_pharma_in_other_languages(t):
    """A word in another case than the pack's first one, or the words for "no prescription", with one more of their kind."""
    texts = ['Купите Виагру без рецепта. Доставка за три дня.', 'バイアグラ 処方箋不要 即日発送', '伟哥 无需处方 货到付款', 'Врач не даст его без рецепта.']
    t.write('box', mbox([mail(i, subject='n%d' % i, body=text + '\n')
                         for i, text in enumerate(texts)]))
    t.run('ingest', '--store', 't.db', '--feed', 'f', 'box')
    same([r['category'] for r in sorted(t.messages(), key=lambda r: r['subject'])], ['pharma', 'pharma', 'pharma', None])
    others = [('Готовим борщ без рецепта', 'Привет!'), ('コンタクトレンズ 処方箋不要 送料無料', ''), ('隐形眼镜 无需处方 包邮', ''),
              ('n', '処方箋不要のコンタクトレンズです。処方箋なしでも購入できます。')]
    t.write('others', mbox([mail(9 + i, subject=subject, body=text + '\n') for i, (subject, text) in enumerate(others)]))
    t.run('ingest', '--store', 'u.db', '--feed', 'f', 'others')
    same([r['category'] for r in t.messages(store='u.db')], [None] * 4)
