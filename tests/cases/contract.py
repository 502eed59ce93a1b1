"""What scripts rely on: the fields, their forms, the formats, the filters; help and version."""
import csv
import io
import re

from harness import mail, mbox, same

FIRST = ['id', 'message_id', 'feed', 'time', 'ip', 'helo', 'engine', 'client', 'campaign', 'programme', 'brand', 'category']

def setup(t, n=40):
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox([mail(i * 100) for i in range(n)])))


def case_messages_jsonl(t):
    setup(t)
    rows = t.messages()
    same(len(rows), 40)
    for m in rows:
        same(list(m)[:len(FIRST)], FIRST)
        assert re.fullmatch('[0-9a-f]{64}', m['id'])
        assert re.fullmatch(r'<m\d+@sender\.example>', m['message_id']), 'verbatim, with its brackets'
        assert re.fullmatch(r'2010-09-\d\dT\d\d:\d\d:\d\dZ', m['time'])
        assert list(m['engine']) == ['name', 'label_source', 'confidence'] and m['client'] is None, m  # one text through 40 servers
        assert m['campaign'] is None or re.fullmatch('c-[0-9a-f]{12}', m['campaign'])
    m = [r for r in rows if r['message_id'] == '<m100@sender.example>'][0]
    same(m['ip'], '192.0.2.101')
    same(m['helo'], 'host100.example')
    same(m['time'], '2010-09-01T01:40:00Z')
    same(m['time_source'], 'received')
    same(m['subject'], 'offer number 100')
    same(m['from_domain'], 'sender.example')


def case_every_feature_of_the_table_is_there(t):
    import os

    from harness import ROOT
    setup(t, 1)
    names = re.findall(r'^FEATURE\((\w+),', open(os.path.join(ROOT, 'src/feature/registry.def'), encoding='utf-8').read(), re.M)
    missing = [n for n in names if n not in t.messages()[0] and not n.endswith('_confidence') and n != 'engine_source']
    same(missing, [])


def case_formats_agree(t):
    setup(t)
    ids = [m['id'] for m in t.messages()]
    doc = t.run('messages', '--store', 't.db', '--format', 'json').json()
    same([m['id'] for m in doc['messages']], ids)
    same((doc['version'], doc['shown'], doc['total']), (1, 40, 40))
    table = list(csv.DictReader(io.StringIO(t.run('messages', '--store', 't.db', '--format', 'csv', '--columns', 'id,time').out)))
    same([r['id'] for r in table], ids)
    feeds = t.run('messages', '--store', 't.db', '--format', 'csv', '--columns', 'feed,time').out.splitlines()
    same((feeds[0], {line.split(',')[0] for line in feeds[1:]}), ('feed,time', {'f'}))
    same(len(t.run('messages', '--store', 't.db', '--limit', '7', '--format', 'jsonl').lines()), 7)


def case_explain_by_message_id(t):
    setup(t)
    m = t.messages()[7]
    for name in (m['message_id'], m['message_id'].strip('<>')):
        same(t.run('explain', name, '--store', 't.db', '--format', 'json').json()['id'], m['id'])
    t.run('explain', '<nobody@nowhere>', '--store', 't.db', code=3)


def case_order_is_by_time(t):
    setup(t)
    times = [m['time'] for m in t.messages()]
    same(times, sorted(times))


def case_filters(t):
    setup(t)

    def count(*filters):
        return len(t.messages(*filters))
    same(count('--since', '2010-09-01', '--until', '2010-09-02'), 10)
    same(count('--since', '2010-09-04T00:00:00Z'), 10)
    same(count('--feed', 'f'), 40)

    same(count('--domain', 'shop0.example'), len([i for i in range(40) if i * 100 % 7 == 0]))
    same(count('--from-domain', 'sender.example'), 40)
    same(count('--subject', 'NUMBER 300'), len([i for i in range(40) if 'number 300' in 'offer number %d' % (i * 100)]))
    same(count('--brand', 'nobody'), 0)


def case_a_table_says_how_many_there_are(t):
    setup(t, 60)

    def said(*args):
        return re.findall(r'(\d+) of (\d+) shown', t.run('messages', '--store', 't.db', *args).out)
    same(said(), [('50', '60')])
    same(said('--limit', '2'), [('2', '60')])
    same(said('--limit', '0'), [('0', '60')])
    same(said('--limit', '60'), [])
    same(said('--since', '2010-09-02', '--limit', '3'), [('3', '50')])
    same(said('--subject', 'number 3', '--limit', '1'), [('1', str(len([i for i in range(60) if str(i * 100)[0] == '3'])))])


def case_series(t):
    setup(t)
    doc = t.run('series', '--store', 't.db', '--format', 'json').json()
    same(doc['version'], 1)
    rows = [r for r in doc['series'] if r['messages']]
    same([(r['time'][:10], r['messages']) for r in rows], [('2010-09-0%d' % d, 10) for d in (1, 2, 3, 4)])


def case_explain_by_prefix(t):
    setup(t, 3)
    m = t.messages()[0]
    r = t.run('explain', m['id'][:12], '--store', 't.db')
    assert m['id'][:12] in r.out and 'offer number' in r.out, r.out


def case_output_file(t):
    setup(t, 3)
    r = t.run('messages', '--store', 't.db', '--format', 'jsonl', '-o', 'out.jsonl')
    same(r.out, '')
    same(t.read('out.jsonl'), t.run('messages', '--store', 't.db', '--format', 'jsonl').out)


def case_quiet_is_quiet(t):
    t.write('box', mbox([mail(i) for i in range(5)]))
    r = t.ingest('-q', '--feed', 'f', 'box')
    same((r.out, r.err), ('', ''))


def case_no_progress_without_a_terminal(t):
    t.write('box', mbox([mail(i) for i in range(500)]))
    r = t.ingest('--feed', 'f', 'box')
    assert '\r' not in r.err and '\x1b' not in r.err and '\r' not in r.out, r.err


def man_pages():
    """Every command has one."""
    import glob
    import os

    from harness import ROOT
    pages = glob.glob(os.path.join(ROOT, 'docs/man/trapline-*.1'))
    return sorted(os.path.basename(page)[len('trapline-'):-len('.1')] for page in pages)


def case_help_and_version(t):
    overview = t.run('help').out
    commands = man_pages()
    for command in commands:
        assert re.search(r'^\s+%s\b' % command, overview, re.M), command
        assert 'usage: trapline ' + command in t.run('help', command).out
    assert re.match(r'trapline \d+\.\d+', t.run('version').out)
    t.run('--help')
    t.run('--version')


def case_options_after_paths(t):
    t.write('box', mbox([mail()]))
    t.run('ingest', 'box', '--store', 't.db', '--feed', 'f', '-j', '1', '-q')
    same(t.count(), 1)


def case_option_ends(t):
    t.write('-x', mail())
    t.ingest('--feed', 'f', '--', '-x')
    same(t.count(), 1)


def case_report(t):
    t.write('box', mbox([mail(i * 100) for i in range(40)]))
    r = t.run('report', 'box', '--store', 't.db', '-o', 'r.html')
    assert 'r.html' in r.out + r.err
    assert '40' in r.out, r.out
    page = t.read('r.html')
    assert page.lstrip().lower().startswith('<!doctype html') and '<svg' in page
    again = t.run('report', '--store', 't.db', '-o', 'again.html')
    assert '40' in again.out


def case_report_default_name(t):
    t.write('box', mbox([mail()]))
    t.run('report', 'box', '--store', 't.db')
    assert '<svg' in t.read('trapline-report.html')


def case_locale_and_time_zone_do_not_matter(t):
    setup(t)
    want = t.run('messages', '--store', 't.db', '--format', 'csv').out
    for env in ({'TZ': 'America/New_York'}, {'LC_ALL': 'C'}, {'LC_ALL': 'C.UTF-8'}, {'HOME': '/nonexistent'}):
        same(t.run('messages', '--store', 't.db', '--format', 'csv', env=env).out, want)
        t.run('ingest', '--store', 'x.db', '--no-default-packs', '--feed', 'f', '--trust', 'mx.trap.example', 'box', env=env)
        same(t.run('messages', '--store', 'x.db', '--format', 'csv').out, want)


def case_man_pages_tell_every_option(t):
    import os

    from harness import ROOT
    for command in man_pages():
        helped = set(re.findall(r'--([a-z-]+)', t.run('help', command).out.partition('options:')[2]))
        with open(os.path.join(ROOT, 'docs/man/trapline-%s.1' % command), encoding='utf-8') as f:
            page = set(re.findall(r'Fl Fl ([a-z-]+)', '\n'.join(line for line in f if line.startswith('.It'))))
        same((command, helped ^ page), (command, set()))
