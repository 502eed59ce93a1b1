"""The fingerprint of the sending software: shown by explain, with SMTP dialogues beside the mail; the same for any order and workers."""
import json

from harness import mail, mbox, same

TRUST = ('--feed', 'f', '--trust', 'mx.trap.example')


def dialogue(n, **more):
    return json.dumps({'message_id': '<m%d@sender.example>' % n, 'pipelined': False,
                       'smtp': ['EHLO host%d.example' % n, 'MAIL FROM:<a@b.example> SIZE=4096', 'RCPT TO: <c@d.example>', 'DATA', '.', 'QUIT'],
                       **more}) + '\n'


def prints(t, store='t.db'):
    """The tokens of each message, by its Message-ID."""
    found = {}
    for m in t.messages(store=store):
        e = t.run('explain', m['id'], '--store', store, '--format', 'json').json()
        found[m['message_id']] = e.get('fingerprint', [])
    return found


def case_explain(t):
    t.ingest(*TRUST, t.write('box', mbox([mail(1)])))
    tokens = prints(t)['<m1@sender.example>']
    for token in ('core=MFTSDVC', 'from="n" <a>', 'to=<a>', 'idcase=Message-ID', 'helo=rdns', 'cte_text=-'):
        assert token in tokens or token == (token, tokens)
    assert not [k for k in tokens if 'sender.example' in k or 'someone' in k], tokens
    out = t.run('explain', t.messages()[0]['id'], '--store', 't.db').out
    assert 'fingerprint of the sending software' in out and '"n" <a>' in out


def case_no_fingerprint_in_messages(t):
    t.ingest(*TRUST, t.write('box', mbox([mail(1)])))
    assert 'fingerprint' not in t.messages()[0]


def case_smtp(t):
    t.write('s.jsonl', dialogue(1) + 'no json\n[]\n\n' + dialogue(2, other={}) + '{"message_id": 3, "smtp": []}\n' + 'x' * 70000 + '\n')
    r = t.ingest(*TRUST, '--smtp', 's.jsonl', t.write('box', mbox([mail(i) for i in range(4)])))
    assert '4 lines are no SMTP dialogue' in r.err, r.err
    p = prints(t)
    for n in (1, 2):
        for token in ('sm_verbs=EHLO,MAIL,RCPT,DATA,.,QUIT', 'sm_mail=MAIL FROM:<a> SIZE=', 'sm_rcpt=RCPT TO: <a>', 'sm_size=4096'):
            assert token in p['<m%d@sender.example>' % n], (token, p)
    assert not [k for k in p['<m0@sender.example>'] + p['<m3@sender.example>'] if k.startswith('sm_')], p


def case_smtp_of_a_feed(t):
    t.write('s1.jsonl', dialogue(1))
    t.write('s2.jsonl', dialogue(2))
    t.write('box', mbox([mail(i) for i in range(4)]))
    t.write('c.yaml', 'default_packs: no\nfeeds:\n  - name: f\n    trust: [mx.trap.example]\n    paths: [box]\n    smtp: [s1.jsonl, s2.jsonl]\n')
    t.run('ingest', '-c', 'c.yaml', '--store', 't.db')
    same(sorted(k for k, v in prints(t).items() if 'sm_size=4096' in v), ['<m1@sender.example>', '<m2@sender.example>'])


def case_smtp_comes_later(t):
    """What is known about the dialogues is part of how a row comes to be: with it, rows are made anew, and none counts twice."""
    box = t.write('box', mbox([mail(i) for i in range(3)]))
    t.ingest(*TRUST, box)
    t.write('s.jsonl', dialogue(1))
    r = t.ingest(*TRUST, '--smtp', 's.jsonl', box)
    assert '0 new' in r.err, r.err
    same(len(t.messages()), 3)
    assert 'sm_size=4096' in prints(t)['<m1@sender.example>']


def case_bad_smtp_files(t):
    box = t.write('box', mbox([mail(0)]))
    r = t.ingest(*TRUST, '--smtp', 'missing.jsonl', box, code=3)
    assert 'missing.jsonl' in r.err, r.err
    r = t.ingest(*TRUST, '--smtp', t.write('other', b'\x00\xff\n' * 10), box, code=3)
    assert 'other' in r.err and 'message_id' in r.err, r.err
    t.ingest(*TRUST, '--smtp', t.write('empty', b''), box)


def case_workers_and_order(t):
    mails = [mail(i, headers='X-Mailer: The Bat! (v%d)\n' % (i % 3)) for i in range(60)]
    t.write('s.jsonl', ''.join(dialogue(i) for i in range(0, 60, 2)))
    t.write('box', mbox(mails))
    t.write('turned', mbox(mails[::-1]))
    seen = []
    for k, (box, jobs) in enumerate((('box', '1'), ('box', '3'), ('turned', '2'))):
        t.run('ingest', '--store', '%d.db' % k, '--no-default-packs', '-j', jobs, *TRUST, '--smtp', 's.jsonl', box)
        seen.append(prints(t, '%d.db' % k))
    same(seen[1], seen[0])
    same(seen[2], seen[0])
