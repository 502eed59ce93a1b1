"""bench/world on a small invented world: the inputs it may use, packed or not, and the four files that the scorer wants."""
import json
import os
import shutil
import subprocess

from harness import ROOT, TRAPLINE, Skip, mail, mbox, same

RUNNER = os.path.join(ROOT, 'bench', 'world')
PACK = {'programmes': [{'name': 'ShopAff', 'category': 'replica', 'brands': ['Golden Hour Watches'],
                        'example_domains': ['shop3.example']}],
        'engines_in_lab': [], 'feeds': [{'name': 'trap-x', 'host': 'mx.trap.example', 'mta': 'postfix'}]}


def world(t, packed):
    feed = [mail(i) for i in range(20)] + [mail(100, body='Golden Hour Watches for you: http://new.example/\n')]
    t.write('w/feeds/trap-x.mbox', mbox(feed))
    t.write('w/ham/ham.mbox', mbox([mail(200, body='Lunch at noon?\n')]))
    t.write('w/pack.json', json.dumps(PACK))
    t.write('w/truth.jsonl', 'not to be read\n')
    if packed:
        if not shutil.which('zstd'):
            raise Skip('no zstd')
        for box in ('w/feeds/trap-x.mbox', 'w/ham/ham.mbox'):
            subprocess.run(['zstd', '-q', '--rm', t.path(box)], check=True)


def run(t):
    env = dict(os.environ, TRAPLINE=TRAPLINE)
    r = subprocess.run(['python3', RUNNER, t.path('w'), t.path('out')], env=env, capture_output=True, timeout=120)
    assert r.returncode == 0, r.stderr.decode()[-2000:]
    return [json.loads(line) for line in t.read('out/messages.jsonl').splitlines()]


def check(t):
    messages = run(t)
    same(len(messages), 21)
    same({m['feed'] for m in messages}, {'trap-x'})
    same({m['received_by'] for m in messages}, {'mx.trap.example'})
    by_id = {m['message_id']: m for m in messages}
    same(by_id['<m100@sender.example>']['brand']['name'], 'Golden Hour Watches')
    same(by_id['<m3@sender.example>']['programme']['name'], 'ShopAff')
    assert by_id['<m1@sender.example>']['programme'] is None
    ham = [json.loads(line) for line in t.read('out/ham-messages.jsonl').splitlines()]
    same([(m['feed'], m['brand'], m['programme'], m['engine']) for m in ham], [('ham', None, None, None)])
    assert 'events' in json.loads(t.read('out/events.json'))
    assert '<html' in t.read('out/report.html')


def case_plain(t):
    world(t, False)
    check(t)


def case_packed(t):
    world(t, True)
    check(t)


def case_twice(t):
    """A second run starts afresh."""
    world(t, False)
    first = run(t)
    same(run(t), first)
