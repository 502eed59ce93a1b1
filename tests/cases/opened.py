"""Files that a reader opens with a click, or that his program opens for him, lead as the message does: drawings, pages, invitations, mail."""
import base64

from harness import mail, mbox, same

SVG = ('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
       '<a xlink:href="https://link.bank-secure.example/a?b&amp;c"><text>Open document</text></a>'
       '<script type="text/javascript"><![CDATA[var to = atob("aHR0cHM6Ly9zY3JpcHQuZXhhbXBsZS9s"); window.location.href = to;]]></script>'
       '<foreignObject><form xmlns="http://www.w3.org/1999/xhtml" action="https://form.example/post"></form></foreignObject></svg>')
HTML = '<script>location.replace("https://page.example/" + location.hash)</script>'
ICS = ('BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Your invoice is overdue\r\n'
       'DESCRIPTION:Dear customer\\, renew at https://invite.exa\r\n mple/renew before\r\n  Monday\r\n'
       'X-ALT-DESC;FMTTYPE=text/html:<a href="https://alt.example/">renew</a>\r\nURL:https://url.example/\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')


def letter(n, *parts):
    """parts: (type and parameters, text)"""
    body = ''.join('--b\nContent-Type: %s\nContent-Transfer-Encoding: base64\n\n%s' % (kind, base64.encodebytes(text.encode()).decode())
                   for kind, text in parts)
    return mail(n, body=body + '--b--\n').replace(b'Content-Type: text/plain; charset=utf-8', b'Content-Type: multipart/mixed; boundary=b')


def case_where_files_lead(t):
    text = ('text/plain', 'See the document.\n')
    t.ingest('--feed', 'f', t.write('box', mbox([
        letter(0, text, ('image/svg+xml; name=a.svg', SVG)), letter(1, text, ('application/octet-stream; name=a.SVG', SVG)),
        letter(2, text, ('image/png; name=a.png', SVG)), letter(3, text, ('application/octet-stream; name=a.html', HTML)),
        letter(4, text, ('text/calendar; method=REQUEST', ICS)), letter(5, text, ('application/ics; name=invite.ics', ICS)),
        letter(6, text, ('application/octet-stream; name=a.bin', 'no drawing: <a href="https://none.example/">')),
        letter(7, text, ('message/rfc822', letter(8, ('text/html', '<a href="https://mail.example/">'), ('image/svg+xml', SVG)).decode()))])))
    rows = sorted(t.messages(), key=lambda m: m['message_id'])
    drawing = ['https://link.bank-secure.example/a?b&c', 'https://form.example/post', 'https://script.example/l']
    invitation = ['https://invite.example/renew', 'https://url.example/', 'https://alt.example/']
    same([m['urls'] for m in rows], [drawing] * 3 + [['https://page.example/']] + [invitation] * 2 + [[], ['https://mail.example/'] + drawing])
    same(rows[0]['domains'], ['bank-secure.example', 'form.example', 'script.example'])
    same({m['text_bytes'] for m in rows}, {len('See the document.')})
    same([m['n_attachments'] for m in rows], [1, 1, 1, 1, 0, 1, 1, 1])


def case_an_invitation_alone_is_text(t):
    """Its words name the brand where the mail has no others."""
    pack = t.write('pack.yaml', 'format: 1\nbrands:\n  - name: Acme Bank\n    source: test\n')
    ics = ICS.replace('Dear customer', 'Acme Bank')
    t.run('ingest', '--store', 't.db', '--no-default-packs', '--pack', pack, '--feed', 'f', t.write('box', mbox([
        letter(0, ('text/calendar', ics)), letter(1, ('text/plain', 'hello'), ('text/calendar', ics))])))
    rows = sorted(t.messages(), key=lambda m: m['message_id'])
    same([m['text_bytes'] for m in rows], [len('Your invoice is overdue\n\nAcme Bank, renew at https://invite.example/renew before Monday'), 5])
    same([m['brand'] and m['brand']['name'] for m in rows], ['Acme Bank', None])
