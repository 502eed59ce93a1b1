"""Engines: what is learned, what is refused, what a damaged model does."""
import base64
import itertools
import json
import os
import subprocess
import time

from harness import TRAPLINE, mbox, same


def bot(i, campaign=0, name='X-Robo'):
    """An invented engine: its order of fields, its Message-ID, its boundary."""
    day = 1 + i % 28
    return (
        'Received: from pc%d (unknown [198.51.100.%d])\n\tby mx.trap.example (Postfix) with SMTP id A%d;\n'
        '\tWed, %02d Sep 2010 10:00:%02d +0000\n' % (i, i % 250, i, day, i % 60) +
        'Subject: offer %s %d\nMessage-Id: <%08x.%06d@pc%d>\nTo: <user@trap.example>\n%s: 7\nFrom: Robo <robo%d@sender.example>\n'
        % ('abcdefgh'[campaign] * 5, i, i * 7919 + 0x10000000, i, i, name, i) +
        'Date: %d Sep 10 10:00:00 GMT\nMIME-Version: 1.0\nContent-Type: text/plain\n\n' % day +
        ' '.join('word%d%s' % (k, 'abcdefgh'[campaign]) for k in range(40)) + '\n').encode()


def capture(n=40, **kw):
    return mbox([bot(i, i % 4, **kw) for i in range(n)])


def learn(t, name, *paths, **kw):
    return t.run('learn', '--model', 'm', '--trust', 'mx.trap.example', name, *paths, **kw)


def case_model_is_readable_and_stable(t):
    t.write('box', capture())
    learn(t, 'robo', 'box')
    first = t.read('m')
    header, entry = [json.loads(line) for line in first.splitlines()]
    same(header['trapline_model'], 1)
    same((entry['class'], entry['kind'], entry['messages']), ('robo', 'engine', 40))
    assert 'trap.example' not in first and 'robo1@' not in first, 'no addresses in a model'
    learn(t, 'robo', 'box')
    same(t.read('m'), first)
    messages = [bot(i, i % 4) for i in range(40)]
    t.write('turned', mbox(messages[::-1]))
    learn(t, 'robo', 'turned')
    same(json.loads(t.read('m').splitlines()[1])['tokens'], entry['tokens'])


def case_two_learn_at_the_same_time(t):
    """What one learned is not lost when another, that began before, ends after it."""
    box = capture()
    t.write('box', box)
    args = ['learn', '--model', 'm', '--trust', 'mx.trap.example']
    slow = subprocess.Popen([TRAPLINE, *args, 'slow', '-'], cwd=t.dir, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2)  # it has read the model that is not there yet, and waits for mail
    learn(t, 'quick', 'box')
    err = slow.communicate(box)[1].decode()
    same(slow.returncode, 4)
    assert 'm: was written by somebody else meanwhile' in err, err
    learn(t, 'slow', 'box')
    same([json.loads(line)['class'] for line in t.read('m').splitlines()[1:]], ['quick', 'slow'])
    same(sorted(os.listdir(t.dir)), ['box', 'm'])


def case_too_few(t):
    t.write('box', capture(3))
    r = learn(t, 'robo', 'box', code=3)
    assert '3 messages' in r.err and 'nothing was learned' in r.err, r.err


def case_two_engines_in_one_folder(t):
    t.write('box', mbox([bot(i) for i in range(30)] + [
        bot(i).replace(b'Message-Id: <', b'Message-ID: <QQ$').replace(b'GMT', b'+0000').replace(b'Robo <', b'"Robo" <')
        .replace(b'Subject', b'X-Q: 1\nSubject') for i in range(30)]))
    assert 'two engines' in learn(t, 'robo', 'box').err


def case_foreign_mail_in_a_capture_is_left_out(t):
    """A model learned from a capture with foreign mail in it is the one learned without."""
    own = [bot(i, i % 4) for i in range(40)]
    strays = [b'From: a%d@b.example\nTo: user@trap.example\nDate: Wed, 01 Sep 2010 10:00:00 +0000\nMessage-ID: <%d.%d@b.example>\nSubject: hello %d\n\n'
              b'Text number %d.\n' % (i, i, i * 7919, i, i) for i in range(4)]
    t.write('box', mbox(own))
    learn(t, 'robo', 'box')
    clean = t.read('m')
    t.write('box', mbox(own + strays))
    assert '4 of 44 messages are left out' in learn(t, 'robo', 'box').err
    same(t.read('m'), clean)


def case_a_model_that_cannot_be_written(t):
    t.write('box', capture())
    for model, size in (('none/m', None), ('m', 100)):
        r = t.run('learn', '--model', model, '--trust', 'mx.trap.example', 'robo', 'box', code=4, fsize=size)
        assert 'cannot write' in r.err and 'learned' not in r.err, r.err
    same(sorted(os.listdir(t.dir)), ['box'])


def case_broken_and_foreign_models(t):
    t.write('box', capture())
    learn(t, 'robo', 'box')
    good = t.read('m')
    for bad, what in (('', 'empty'), ('\x00\x01', 'not a trapline engine model'), ('{"a": 1}\n', 'not a trapline engine model'),
                      (good[:len(good) // 2], 'm:2:'), (good.replace('"trapline_model":1', '"trapline_model":9'), 'newer'),
                      (good + good.splitlines()[1] + '\n', 'twice')):
        t.write('m', bad)
        r = learn(t, 'robo', 'box', code=3)
        assert what in r.err, (what, r.err)
        same(t.read('m'), bad)


def case_bad_names(t):
    t.write('box', capture())
    for name in ('', '<b>', 'a' * 65, 'x\ny', ' robo', 'robo ', 'r\u00f6bo', 'ro\u202ebo', 'ro\tbo', 'ro\x7fbo'):
        r = learn(t, name, 'box', code=2)
        assert 'ASCII' in r.err and '\u202e' not in r.err, r.err
    learn(t, 'robo', code=2)


def case_names_that_are_taken(t):
    """A discovered engine's form, a client, list software, an engine of the model in another spelling: nothing is learned."""
    t.write('box', capture())
    learn(t, 'robo', 'box')
    good = t.read('m')
    for name, why in (('engine-3f2a', 'discovered'), ('Engine-3F2A41', 'discovered'), ('outlook-express', 'mail client'),
                      ('The Bat', 'mail client (the-bat)'), ('Mailman', 'mailman'), ('list software', 'list software'),
                      ('Robo', 'the model has robo'), ('ro-bo', 'the model has robo')):
        r = learn(t, name, 'box', code=2)
        assert why in r.err, (name, r.err)
        same(t.read('m'), good)
    for name in ('robo', 'engine-x', 'engine-3f', 'robo 2', 'outlook-forger'):
        learn(t, name, 'box')
    t.write('m', good.replace('"robo"', '"engine-3f2a"'))
    assert 'another name' in learn(t, 'robo', 'box', code=3).err


def case_a_new_version_of_a_learned_engine_keeps_its_name(t):
    """Another order of fields, Message-ID and Date from the same hosts: the same engine, and the change is told."""
    t.write('lab', capture())
    t.run('learn', '--store', 't.db', '--trust', 'mx.trap.example', 'robo', 'lab')
    hosts = lambda m, i: m.replace(b'[198.51.100.%d]' % (i % 250), b'[10.%d.0.1]' % (i % 30))
    old = [hosts(bot(i, i % 4), i) for i in range(60)]
    new = [hosts(bot(i, i % 4), i).replace(b'Message-Id: <', b'Message-Id: <QQ$').replace(b' 10:00:00 GMT', b' 10:00:00 +0000')
           .replace(b' Sep 2010', b' Oct 2010').replace(b' Sep 10', b' Oct 10') for i in range(60, 120)]
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox(old + new)))
    found = t.run('engines', '--store', 't.db', '--format', 'json').json()['engines']
    same([(e['name'], e['label_source']) for e in found], [('robo', 'learned')])
    assert found[0]['messages'] >= 110, found
    first, second = found[0]['versions']
    same((first['version'], first['messages'], first['changes']), ('captured', 60, []))
    same((second['peers'], second['first'][:7]), (30, '2010-10'))
    assert any(c.startswith('mid=') for c in second['changes']), second
    assert 'its versions' in t.run('explain', 'robo', '--store', 't.db').out


def rewritten(i, campaign, month='Oct'):
    """Nothing is written as bot() does, but the text."""
    own = bot(i, campaign)
    received, body = own.split(b'Subject:')[0], own.split(b'\n\n', 1)[1]
    return received.replace(b' Sep ', b' %s ' % month.encode()) + (
        'Date: Wed, %02d %s 2010 10:00:01 -0000\nTo: user@trap.example\nX-Priority: 5\nMIME-Version: 1.0 (x)\nX-Mailer: Quark 2\nFrom: Q %d <q%d@sender.example>\n'
        'Content-Type: TEXT/PLAIN; CHARSET="us-ascii"\nMESSAGE-ID: <=%d_%d_Q@q.example>\nSubject: offer %s %d\n\n'
        % (1 + i % 28, month, i, i, i * 7, i * 77777, 'abcdefgh'[campaign] * 5, i)).encode() + body


def from_hosts(m, i, first=0):
    return m.replace(b'[198.51.100.%d]' % (i % 250), b'[10.%d.0.1]' % (first + i % 30))


def names(t, model, mails):
    """What the engines of a box are called, by how many messages."""
    store = 'names%d.db' % len(os.listdir(t.dir))
    t.run('ingest', '-q', '--store', store, '--model', model, '--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox(mails)))
    return sorted((e['name'] if e['label_source'] == 'learned' else 'discovered', e['messages'])
                  for e in t.run('engines', '--store', store, '--format', 'json').json()['engines'])


def case_an_heir_on_the_same_hosts_keeps_the_name(t):
    """All is written anew, on the hosts of the engine once it has ended there, in its campaigns: the engine. On other hosts, in other campaigns or beside it: another."""
    t.write('lab', capture())
    t.write('none', capture(name='X-Other').replace(b'GMT', b'+0000').replace(b'Message-Id: <', b'Message-ID: <ZZ$'))
    learn(t, 'robo', 'lab')
    t.run('learn', '--model', 'n', '--trust', 'mx.trap.example', 'other', 'none')
    old = [from_hosts(bot(i, i % 4), i) for i in range(90)]
    heir = [from_hosts(rewritten(i, i % 4), i) for i in range(90)]
    same(names(t, 'm', old + heir), [('robo', 180)])
    same(names(t, 'n', old + heir), [('discovered', 180)])
    for other in ([from_hosts(rewritten(i, i % 4), i, 100) for i in range(90)], [from_hosts(rewritten(i, 4 + i % 4), i) for i in range(90)],
                  [from_hosts(rewritten(i, i % 4, 'Sep'), i) for i in range(90)]):
        same(names(t, 'm', old + other), [('discovered', 90), ('robo', 90)])


def case_a_rival_is_told_by_its_hosts(t):
    """Another engine that writes as the learned one does, but in its boundaries: its messages without one are known by their hosts."""
    def parts(m, boundary):
        head, body = m.split(b'\n\n', 1)
        return head.replace(b'text/plain', b'multipart/mixed; boundary="%s"' % boundary) + b'\n\n--%s\nContent-Type: text/plain\n\n%s--%s--\n' % (
            boundary, body, boundary)
    some = lambda i, first, boundary: from_hosts(parts(bot(i, i % 4), boundary) if i % 2 else bot(i, i % 4), i, first)
    t.write('lab', mbox([some(i, 0, b'==%08d' % (i * 7919 + 10000000)) for i in range(80)]))
    learn(t, 'robo', 'lab')
    own = [some(i, 0, b'==%08d' % (i * 7919 + 10000000)) for i in range(120)]
    its = [from_hosts(parts(bot(i, i % 4), b'QX-%04x-%04x-Z' % (i * 39 + 4096, i * 51 + 4096)) if i // 30 % 2 else bot(i, i % 4), i, 100)
           for i in range(120)]
    same(names(t, 'm', own + its), [('discovered', 120), ('robo', 120)])


def case_a_part_of_a_learned_engine_sends_its_campaigns(t):
    """Hosts that show two rare habits of the captures at once: the engine's, where they send all of its campaigns and write nothing that it was not seen to write."""
    def some(i, campaign, rare, other=False, first=0):
        m = bot(i, campaign)
        m = m.replace(b'To: <user@trap.example>', b'To: user@trap.example') if rare & 1 else m
        m = m.replace(b'Date: ', b'X-Priority: 3\nDate: ') if rare & 2 else m
        return from_hosts(m.replace(b'MIME-Version', b'Mime-Version') if other else m, i, first)
    t.write('lab', mbox([some(i, i % 6, (i // 6 % 10 == 3) + 2 * (i // 6 % 10 == 7)) for i in range(180)]))
    learn(t, 'robo', 'lab')
    own = [some(i, i % 6, 0) for i in range(120)]
    same(names(t, 'm', own + [some(i, i % 6, 3, first=100) for i in range(60)]), [('robo', 180)])
    for another in ([some(i, 6 + i % 2, 3, first=100) for i in range(60)], [some(i, i % 6, 3, True, 100) for i in range(60)],
                    [some(i, 0, 3, first=100) for i in range(60)]):
        same(names(t, 'm', own + another), [('discovered', 60), ('robo', 120)])


LETTERS = 'bcdfghklmnprstvz'


def served(i, **change):
    """The i-th message of a program that sends three texts through the servers of 40 organisations."""
    org = ''.join(LETTERS[i % 40 * k % 16] + 'aeiou'[i % 40 * k % 5] for k in (3, 7, 11, 5)) + str(i % 40)
    m = dict(org=org, domain=org + '.example', host='www.%s.example' % org, ip='203.0.113.%d' % (1 + i % 40),
             origin='', client='', text='abc'[i % 3], link='http://offers-%s.test/' % 'abc'[i % 3])
    m['author'] = 'news%d@%s' % (i, m['domain'])
    m.update({k: v(i, m) if callable(v) else v for k, v in change.items()})
    day = 1 + i % 28
    return (
        'Received: from %s (%s [%s])\n\tby mx.trap.example (Postfix) with ESMTP id B%d;\n\tWed, %02d Sep 2010 10:00:%02d +0000\n%s'
        % (m['host'], m['host'], m['ip'], i, day, i % 60, m['origin']) +
        'To: user@trap.example\nSubject: offer %s %d\nFrom: Robo <%s>\n%sMIME-Version: 1.0\nContent-Type: text/plain\nMessage-Id: <%08x.%06d@%s>\n'
        % (m['text'] * 5, i, m['author'], m['client'], i * 7919 + 0x10000000, i, m['host']) +
        'Date: Wed, %02d Sep 2010 10:00:00 +0000\n\n' % day + ' '.join('word%d%s' % (k, m['text']) for k in range(40)) + '\n%s\n' % m['link']).encode()


def case_an_engine_behind_real_mail_servers(t):
    """Three texts through 40 organisations' servers are one engine's. What honest mail has in common with it is none's."""
    t.write('lab', capture())
    learn(t, 'robo', 'lab')

    def made(**change):
        return names(t, 'm', [served(i, **change) for i in range(120)])
    via = lambda i, m: 'Received: from lists.press.example (lists.press.example [192.0.2.7])\n\tby %s (Postfix) with ESMTP id C%d;\n' \
        '\tWed, %02d Sep 2010 09:59:00 +0000\n' % (m['host'], i, 1 + i % 28)
    same(made(), [('discovered', 120)])
    same(made(client='X-Mailer: PHPMailer 5.2.8 (https://github.com/PHPMailer/PHPMailer/)\n'), [('discovered', 120)])
    own = dict(text=lambda i, m: m['org'], link=lambda i, m: 'http://%s/' % m['host'], ip=lambda i, m: '198.51.100.%d' % (1 + i % 40),
               domain=lambda i, m: 'x' + m['org'] + '.example', host=lambda i, m: 'www.x%s.example' % m['org'])
    same(names(t, 'm', [served(i) for i in range(120)] + [served(i, **own) for i in range(80)]), [('discovered', 120)])  # beside honest mail
    for honest in (dict(text=lambda i, m: m['org']),  # each its own text
                   dict(link=lambda i, m: 'http://%s/' % m['host']),  # the same shop software
                   dict(author=lambda i, m: 'postmaster@' + m['domain']), dict(client='Auto-Submitted: auto-replied\n'),  # answers
                   dict(host=lambda i, m: 'out%d.post.example' % (i % 40)),  # one organisation
                   dict(host=lambda i, m: 'www.post.' + ('com', 'de', 'fr', 'it', 'es', 'nl', 'be', 'at', 'ch', 'se', 'co.uk', 'com.br')[i % 12]),
                   dict(origin=via, author='news@press.example'),  # a newsletter that its readers' servers forward
                   dict(origin=via, client='X-Mailer: Novell GroupWise 6.5.4\n'),  # people pass it on
                   dict(text='a')):  # one text proves nothing
        same((honest, made(**honest)), (honest, []))


def carrying(mail, data, kind='application/zip', name='order.zip'):
    """The message with a file beside its text."""
    head, _, text = mail.partition(b'\n\n')
    part = '--=_b\nContent-Type: %s; name="%s"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="%s"\n\n%s--=_b--\n' % (
        kind, name, name, base64.encodebytes(data).decode())
    return head.replace(b'text/plain', b'multipart/mixed; boundary="=_b"') + b'\n\n--=_b\nContent-Type: text/plain\n\n' + text + part.encode()


def case_files_through_real_mail_servers(t):
    """Texts without a link prove nothing; the same file from many organisations' servers is an engine's, unless it is what mail programs add."""
    t.write('lab', capture())
    learn(t, 'robo', 'lab')
    mail = lambda i: served(i, link='')
    data = lambda i: b'PK\3\4' + bytes([65 + i % 3]) * 600
    own = lambda i: b'PK\3\4%d' % i + data(i)
    same(names(t, 'm', [carrying(mail(i), data(i)) for i in range(120)]), [('discovered', 120)])
    same(names(t, 'm', [carrying(served(i, link='', text='abc'[i % 3] + 'xyz'[i // 3 % 3]), data(i)) for i in range(120)]), [('discovered', 120)])
    for honest in ([mail(i) for i in range(120)],
                   [carrying(mail(i), own(i)) for i in range(120)],
                   [carrying(mail(i), data(i), 'image/gif', 'logo.gif') for i in range(120)],
                   [carrying(mail(i), data(i), 'application/octet-stream', 'notice.txt') for i in range(120)],
                   [carrying(mail(i), data(0)) for i in range(120)],  # one file, whatever the texts: one mailing
                   [carrying(served(i, link=lambda i, m: 'http://%s/' % m['host']), data(i)) for i in range(120)]):  # terms of sale
        same(names(t, 'm', honest), [])


def case_unknown_engine_is_discovered_and_learned_one_named(t):
    """The same mail, without and with a model: a content-derived name, then the learned one; the same whatever the order."""
    mails = [bot(i, i % 4) for i in range(60)]
    mails = [m.replace(b'[198.51.100.%d]' % (i % 250), b'[10.%d.0.1]' % i) for i, m in enumerate(mails)]
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox(mails)))
    found = t.run('engines', '--store', 't.db', '--format', 'json').json()['engines']
    same([e['label_source'] for e in found], ['discovered'])
    assert found[0]['messages'] >= 40, found
    assert found[0]['name'].startswith('engine-') and found[0]['marks']
    said = t.run('explain', found[0]['name'], '--store', 't.db').out
    assert found[0]['name'] in said and found[0]['marks'][0]['token'] in said, said
    same(t.run('explain', found[0]['name'], '--store', 't.db', '--format', 'json').json()['engines'], found)
    assert 'engine-0' in t.run('explain', 'engine-0', '--store', 't.db', code=2).err
    t.run('ingest', '--store', 'u.db', '-q', '--feed', 'f', '--trust', 'mx.trap.example', t.write('turned', mbox(mails[::-1])))
    same(t.run('engines', '--store', 'u.db', '--format', 'json').json()['engines'][0]['name'], found[0]['name'])
    t.write('lab', capture())
    t.run('learn', '--store', 't.db', '--trust', 'mx.trap.example', 'robo', 'lab')
    t.run('analyse', '--store', 't.db')
    same([(e['name'], e['label_source']) for e in t.run('engines', '--store', 't.db', '--format', 'json').json()['engines']],
         [('robo', 'learned')])
    m = t.messages()[0]
    same((m['engine']['name'], m['client']), ('robo', None))
    assert 'log-odds' in t.run('explain', m['id'], '--store', 't.db').out


def case_more_engines_than_a_model_may_have(t):
    """All are discovered; only the largest are looked for in what was not joined."""
    orders = list(itertools.permutations('TSFDMV'))[:600]
    pieces = (('%x', '%d', 'Q%x', '%x.%d'), ('Message-ID', 'Message-Id', 'MESSAGE-ID'), ('%d Sep 2010 10:00:00 +0000', 'Wed, %d Sep 2010 10:00:00 -0000'))

    def mail(engine, order, i):
        form, name, date = (p[engine % len(p)] for p in pieces)
        n = engine * 1000 + i
        lines = dict(T='To: user@trap.example', S='Subject: offer %d' % n, F='From: r%d@sender.example' % n, D='Date: ' + date % (1 + i % 28), V='MIME-Version: 1.0',
                     M='%s: <%s@h%d>' % (name, form % ((n * 7919 + 0x10000000,) * form.count('%')), n))
        return ('Received: from pc%d (unknown [10.%d.%d.%d])\n\tby mx.trap.example (Postfix) with SMTP id A%d;\n\tWed, %02d Sep 2010 10:00:00 +0000\n'
                % (n, engine % 240, i % 15, engine // 240, n, 1 + i % 28) + '\n'.join(lines[c] for c in order) + '\n\nhello %d\n' % n).encode()
    t.ingest('--feed', 'f', '--trust', 'mx.trap.example', t.write('box', mbox([mail(e, o, i) for e, o in enumerate(orders) for i in range(30)])))
    found = t.run('engines', '--store', 't.db', '--format', 'json').json()['engines']
    assert len(found) > 500, len(found)


def bounce(i):
    """What the server of somebody else's domain writes when mail in the trap's name did not arrive there."""
    return ('Return-Path: <>\nReceived: from mx%d.example (unknown [%d.%d.51.7])\n\tby mx.trap.example (Postfix) with SMTP id B%d;\n'
            '\tWed, %02d Sep 2010 11:%02d:00 +0000\nReceived: (qmail %d invoked for bounce); %d Sep 2010 10:59:00 -0000\n'
            'Date: %d Sep 2010 10:59:00 -0000\nFrom: MAILER-DAEMON@mx%d.example\nTo: user@trap.example\nSubject: failure notice\n\n'
            'Hi. This is the qmail-send program at mx%d.example.\nI could not deliver your message.\n\n<x%d@mx%d.example>:\nNo mailbox here.\n\n'
            '--- Below this line is a copy of the message.\n\nReturn-Path: <user@trap.example>\nSubject: Rolex\n\nBuy a Rolex\n'
            % (i, 20 + i, i * 3 % 250, i, 1 + i % 28, i % 60, 100 + i, 1 + i % 28, 1 + i % 28, i, i, i, i)).encode()


def returned(mails):
    return mbox(mails).replace(b'From seller@sender.example ', b'From MAILER-DAEMON ')


def case_bounces_are_counted_and_of_no_engine(t):
    """A sender forged a trap's name: servers all over the world write to it, all in the same way."""
    t.write('box', returned(bounce(i) for i in range(60)))
    out = t.run('report', '--store', 's.db', '--trust', 'mx.trap.example', '-o', 'r.html', 'box').out
    assert '60 bounces, of no engine' in out and 'Findings leave out 60 bounces' in out, out
    assert '60 messages are bounces' in t.read('r.html')
    rows = t.run('messages', '--store', 's.db', '--format', 'jsonl').lines()
    same({(m['engine'], 'bounce' in m['anomalies']) for m in rows}, {(None, True)})
    # the same without the copy that came back: anybody may write such a sentence
    cut = [bounce(i).split(b'--- Below')[0] for i in range(60)]
    t.write('other', returned(cut))
    out = t.run('report', '--store', 'o.db', '--trust', 'mx.trap.example', '-o', 'o.html', 'other').out
    assert 'bounce' not in out, out
    rows = t.run('messages', '--store', 'o.db', '--format', 'jsonl').lines()
    same({m['engine'] is None for m in rows}, {False})
