#!/usr/bin/env python3
"""differential.py DUMP PATH...: our mail parser (through the program DUMP) against Python's `email` over one-message files.

Compared for each message: header fields (names and raw values in order), the decoded Subject, the Date, the addresses of From,
To and Cc, the shape of the MIME tree, the decoded bytes of each leaf and the text of each text leaf. Each difference falls
into a class of CLASSES, which says why it is not our fault; what fits none is unexplained, shown, and makes the exit code 1."""
import base64
import binascii
import collections
import email
import email.header
import email.policy
import email.utils
import os
import re
import subprocess
import sys
import warnings

warnings.simplefilter('ignore')
SHOW = 30
CLASSES = {
    'unexplained': '',
    'python_dies': 'Python raises an exception',
    'python_charset': 'a charset that Python does not know',
    'python_word': 'a word that Python cannot decode',
    'bad_date': 'the Date follows no standard (our bad_date, bad_zone): each reader guesses',
    'bad_address': 'the list follows no standard (our bad_address): each reader guesses',
    'address_8bit': 'an address with 8-bit bytes: UTF-8 or windows-1252 here, surrogates there',
    'address_dot': 'a domain with its final dot, which is dropped here',
    'zone_name': 'a zone by a name that Python takes for UTC',
    'slash_date': 'a date with slashes',
    'word_space': 'white space beside encoded words: Python drops some of it, or keeps what RFC 2047 6.2 drops',
    'python_lines': 'a control character that ends a line for Python (VT, FF, FS, GS, RS, NEL)',
    'bad_word': 'a damaged encoded word (our bad_encoded_word): each reader guesses',
    'bad_header': 'a header line that is no field: Python ends the header there, or drops the line',
    'space_colon': 'white space before the colon: for Python the header ends there',
    'no_separator': 'the header ends without an empty line: the line that ends it belongs to the body in different ways',
    'bare_cr': 'CR alone ends a line for Python',
    'message_types': 'Python parses every message/* type as a message; only message/rfc822, global and news are one here',
    'encoded_message': 'a message/rfc822 in base64 or quoted-printable: a file here, garbage parsed as a message there',
    'bad_parameter': 'a damaged parameter that is understood here (our bad_parameter)',
    'no_parts': 'a multipart without parts: all of its text here, what is left of it there',
    'last_line_end': 'Python drops the last line end of a multipart that is not closed',
    'boundary_fold': 'a fold inside a quoted boundary: unfolded here',
    'boundary_dashes': 'a boundary that ends in two dashes: whole delimiters are compared here, the innermost first',
    'cte_blank': 'white space behind the transfer encoding: Python does not know it then',
    'c1': 'bytes 0x80..0x9f under an ISO label: windows-125x here (WHATWG and what mail software means), C1 controls there',
    'html_meta': 'the charset of the HTML\'s own <meta> counts here',
    'bom': 'a byte order mark is dropped here',
    'empty_part': 'delimiters without anything between them: Python makes a part of the last one',
    'qp_blanks': 'Python keeps white space before line ends in quoted-printable; RFC 2045 6.7 (3) has it deleted',
    'qp_bad': 'a damaged escape in quoted-printable: it stands as it is here',
    'base64': 'damaged base64: Python gives up and returns the encoded text, or stops early',
    'uu': 'damaged uuencode',
    'cap': 'our caps',
    'charset': 'bytes outside the declared charset, or UTF-8 under another label: our anomaly bits say so',
    'vendor_rows': 'East Asian vendor rows: the WHATWG tables here, the Unicode consortium\'s there',
}
BITS = [m.group(1) for m in re.finditer(r'^ANOMALY\((\w+),', open(os.path.join(os.path.dirname(os.path.abspath(__file__)),
        '../../src/base/anomaly.def'), encoding='utf-8').read(), re.M)]
tally = collections.Counter()
equal = collections.Counter()
shown = 0


def report(what, why, path, ours, theirs):
    global shown
    tally[what, why] += 1
    if why == os.environ.get('SHOW_CLASS', 'unexplained') and what == os.environ.get('SHOW', what) and shown < SHOW:
        shown += 1
        i = 0
        while i < min(len(ours), len(theirs)) and ours[i] == theirs[i]:
            i += 1
        i = max(0, i - 40) if isinstance(ours, (str, bytes)) else max(0, i - 1)
        print('%s: %s differ' % (path, what))
        print('    ours   (%d) %r' % (len(ours), ours[i:i + 200]))
        print('    Python (%d) %r' % (len(theirs), theirs[i:i + 200]))


def compare(what, path, ours, theirs, why):
    if ours == theirs:
        equal[what] += 1
    else:
        report(what, why(), path, ours, theirs)


# ---- ours ----

def items(stream):
    while True:
        head = stream.readline()
        if not head:
            return
        tag, n = head.split()
        data = stream.read(int(n) + 1)[:-1]
        yield tag.decode(), data


def bits(data):
    v = int(data)
    return {name for i, name in enumerate(BITS) if v >> i & 1}


def ours(stream):
    m = last = name = None
    for tag, data in items(stream):
        if tag == 'M':
            m = {'path': data.decode('utf-8', 'surrogateescape'), 'fields': [], 'lists': {}, 'parts': []}
            last = m
        elif tag in 'HN':
            name = data
        elif tag == 'V':
            m['fields'].append((name, data))
        elif tag == 'F':
            last = m['lists'].setdefault(data.decode('latin-1').lower(), {'list': []})
        elif tag == 'A':
            last['list'].append((name.decode(), data.decode()))
        elif tag == 'P':
            last = {'shape': data.decode('latin-1')}
            m['parts'].append(last)
        elif tag == 'X':
            last['found'] = bits(data)
        elif tag == 'G':
            m['found'] = bits(data)
        elif tag == 'Z':
            yield m
        elif tag in 'SD':
            m[tag] = data
        else:
            last[tag] = data


# ---- Python's ----

def raw_bytes(s):
    return s.encode('ascii', 'surrogateescape') if isinstance(s, str) else bytes(s)


def fields(message):
    return [(raw_bytes(n), raw_bytes(v).strip()) for n, v in message.raw_items()]


def shape(message, depth=0):
    parts = [(depth, message)]
    if message.is_multipart():
        for sub in message.get_payload():
            parts += shape(sub, depth + 1)
    return parts


LABELS = {  # how readers take a label (WHATWG), as names that Python knows
    'us-ascii': 'cp1252', 'ascii': 'cp1252', 'iso-8859-1': 'cp1252', 'latin1': 'cp1252', 'windows-1252': 'cp1252', '': 'utf-8',
    'iso-8859-9': 'cp1254', 'gb2312': 'gb18030', 'gbk': 'gb18030', 'ks_c_5601-1987': 'cp949', 'euc-kr': 'cp949',
    'shift_jis': 'cp932', 'x-sjis': 'cp932', 'big5': 'cp950', 'iso-8859-11': 'cp874', 'tis-620': 'cp874'}


def decode(data, charset):
    name = LABELS.get(charset.lower().strip(), charset)
    if name in ('cp1252', 'utf-8') and charset.lower() not in ('utf-8', 'utf8'):
        try:  # UTF-8 without a label, or as ASCII
            if charset.lower() in ('', 'us-ascii', 'ascii'):
                return data.decode('utf-8')
        except UnicodeDecodeError:
            pass
        name = 'cp1252'
    text = data.decode(name, 'replace')
    if name == 'cp1252':  # five bytes are controls there
        text = ''.join(chr(data[i]) if c == '\ufffd' else c for i, c in enumerate(text))
    return text


def subject(value):
    words = email.header.decode_header(value)
    if len(words) == 1 and isinstance(words[0][0], str):
        words = [(words[0][0].encode('utf-8', 'surrogateescape'), None)]
    return ''.join(decode(s, c or '') for s, c in words)


def squeeze(s):
    return ' '.join(s.split())


# ---- the comparison ----

def compare_message(m, raw):
    path, found = m['path'], m['found']
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
    except Exception as e:
        return report('tree', 'python_dies', path, '', repr(e))
    theirs = fields(message)
    compare('fields', path, [(n, v.strip()) for n, v in m['fields'] if n], theirs, lambda: why_fields(found, raw))
    compare_header(m, message)
    parts = shape(message)
    names = ['%d %s' % (d, p.get_content_type()) for d, p in parts]
    compare('tree', path, [p['shape'] for p in m['parts']], names, lambda: why_tree(m, names, found))
    if names == [p['shape'] for p in m['parts']]:
        for mine, (_, part) in zip(m['parts'], parts):
            if 'B' in mine and not part.is_multipart():
                compare_leaf(path, mine, part, found)


def compare_header(m, message):
    path, found = m['path'], m['found']
    first = {}
    for name, value in message.raw_items():
        first.setdefault(name.lower(), value)
    if 'S' in m and 'subject' in first:
        raw = str(first['subject'])
        try:
            theirs = squeeze(subject(raw))
        except (LookupError, ValueError, email.errors.HeaderParseError, binascii.Error) as e:
            theirs = type(e).__name__
        mine = squeeze(m['S'].decode())
        compare('subject', path, mine, theirs, lambda: why_words(raw, mine, theirs, found))
    if 'date' in first:
        compare_date(m, str(first['date']))
    for name, mine in m['lists'].items():
        if name in first:
            raw = str(first[name])
            try:
                theirs = [a.lower() for _, a in email.utils.getaddresses([raw.replace('\r', '').replace('\n', '')]) if a]
            except Exception as e:
                theirs = repr(e)
            a = [a.lower() for _, a in mine['list'] if a]
            compare('addresses', path, a, theirs, lambda: why_addresses(raw, a, theirs, mine['found'] | (found & {'bare_cr'})))


def compare_date(m, raw):
    try:
        parsed = email.utils.parsedate_tz(raw)
        theirs = str(email.utils.mktime_tz(parsed)) if parsed else ''
    except Exception as e:
        theirs = repr(e)
    compare('date', m['path'], m.get('D', b'').decode(), theirs, lambda: why_date(raw, m['found']))


def joined(text):
    """RFC 3676, which Python leaves to its callers: lines that end in a space go on in the next one of the same depth."""
    out, depth_before, open_before = [], -1, False
    for line in re.split(r'(?<=\n)', text):
        marks, said = re.fullmatch(r'(?s)(>*) ?(.*)', line).groups()
        words = said.rstrip('\r\n')
        if open_before and len(marks) == depth_before and words not in ('', '-- '):
            out[-1] = out[-1].rstrip('\r\n')[:-1] + said
        else:
            out.append(line)
        depth_before, open_before = len(marks), words.endswith(' ') and words != '-- '
    return ''.join(out)


def compare_leaf(path, mine, part, found):
    found = found | mine['found']
    try:
        theirs = part.get_payload(decode=True)
    except Exception as e:
        theirs = repr(e).encode()
    theirs = b'' if theirs is None else theirs
    compare('bytes', path, mine['B'], theirs, lambda: why_bytes(mine, part, theirs, found))
    if not mine['shape'].split()[1].startswith('text/'):
        return
    charset = mine['C'].decode()
    try:
        text = decode(mine['B'], charset)
    except (LookupError, ValueError):
        return report('text', 'python_charset', path, charset, '')
    if part.get_content_type() == 'text/plain' and [str(part.get_param(n, '')).lower() for n in ('format', 'delsp')] == ['flowed', 'yes']:
        text = joined(text)
    compare('text', path, mine['T'].decode(), text, lambda: why_text(mine, charset, found))


def first_of(found, *pairs):
    return next((why for bit, why in pairs if bit in found), 'unexplained')


def why_fields(found, raw):
    return first_of(found, ('header_space_colon', 'space_colon'), ('bad_header_line', 'bad_header'), ('bare_cr', 'bare_cr'),
                    ('no_body_separator', 'no_separator'), ('no_header', 'no_separator'), ('header_cap', 'cap'))


def why_date(raw, found):
    if {'bad_date', 'bad_zone'} & found:
        return 'bad_date'
    if re.search(r'[A-Z]{3,5}$', raw.strip()):
        return 'zone_name'
    return 'slash_date' if '/' in raw else 'unexplained'


def why_tree(m, names, found):
    mine = [p['shape'] for p in m['parts']]
    others = [n for n in names if ' message/' in n and n.split()[1] not in ('message/rfc822', 'message/global', 'message/news')]
    if others:
        return 'message_types'
    if 'bad_transfer_encoding' in found and any('message/' in n for n in mine):
        return 'encoded_message'
    types = [v for n, v in m['fields'] if n.lower() == b'content-type']
    if any(re.search(rb'boundary\s*=\s*"[^"]*\n', t) for t in types):
        return 'boundary_fold'
    if any(re.search(rb'boundary\s*=\s*"[^"]*--"', t) for t in types):
        return 'boundary_dashes'
    return first_of(found, ('part_cap', 'cap'), ('depth_cap', 'cap'), ('bad_parameter', 'bad_parameter'), ('no_parts', 'no_parts'),
                    ('header_space_colon', 'space_colon'), ('bad_header_line', 'bad_header'), ('bare_cr', 'bare_cr'),
                    ('no_body_separator', 'no_separator'), ('unclosed_multipart', 'empty_part'))


def why_words(raw, ours, theirs, found):
    if theirs.startswith('LookupError'):
        return 'python_charset'
    if 'bare_cr' in found:
        return 'bare_cr'
    if re.search('[\x0b\x0c\x1c\x1d\x1e\x85\udc85]', raw):
        return 'python_lines'
    if '\\udc' in theirs:
        return 'python_word'
    if ours.replace(' ', '') == theirs.replace(' ', ''):
        return 'word_space'
    if theirs.startswith(('ValueError', 'HeaderParseError', 'Error')):
        return 'python_word'
    return first_of(found, ('bad_encoded_word', 'bad_word'), ('charset_bad_bytes', 'charset'), ('charset_mismatch', 'charset'),
                    ('charset_unknown', 'charset'))


def why_addresses(raw, ours, theirs, found):
    if 'bare_cr' in found:
        return 'bare_cr'
    if 'bad_address' in found:
        return 'bad_address'
    if [a.rstrip('.') for a in theirs] == ours:
        return 'address_dot'
    return 'address_8bit' if not raw.isascii() else 'unexplained'


def without_blanks(data):
    return re.sub(rb'[ \t]+(\r?\n|$)', rb'\1', data.rstrip())


def why_bytes(mine, part, theirs, found):
    if str(part.get('content-transfer-encoding', '')).strip() != str(part.get('content-transfer-encoding', '')):
        return 'cte_blank'
    if mine['Y'] == b'quoted-printable':
        if without_blanks(mine['B']) == without_blanks(re.sub(rb'=[ \t]+\r?\n', b'', theirs)):
            return 'qp_blanks'
        return 'qp_bad' if 'qp_bad' in found else 'unexplained'
    if mine['shape'].split()[1].startswith('multipart/'):
        return 'no_parts'
    if mine['Y'] == b'base64' and {'base64_junk', 'base64_truncated', 'base64_after_padding'} & found:
        return 'base64'
    if mine['Y'] == b'uuencode':
        return 'uu'
    if 'unclosed_multipart' in found and re.fullmatch(rb'\r?\n?', mine['B'][len(theirs):]) and mine['B'].startswith(theirs):
        return 'last_line_end'
    return first_of(found, ('header_space_colon', 'space_colon'), ('bare_cr', 'bare_cr'), ('bad_header_line', 'bad_header'),
                    ('no_body_separator', 'no_separator'))


def why_text(mine, charset, found):
    if charset.lower().startswith(('iso-2022', 'shift', 'x-sjis', 'euc', 'big5', 'gb', 'ks_c')):
        return 'vendor_rows'
    why = first_of(found, ('charset_bad_bytes', 'charset'), ('charset_mismatch', 'charset'),
                   ('charset_unknown', 'charset'), ('text_cap', 'cap'))
    if why != 'unexplained':
        return why
    if mine['B'].startswith((b'\xef\xbb\xbf', b'\xff\xfe', b'\xfe\xff')):
        return 'bom'
    if not charset and b'charset' in mine['B'][:1024].lower():
        return 'html_meta'
    return 'c1' if charset.lower().startswith('iso') and re.search(rb'[\x80-\x9f]', mine['B']) else 'unexplained'


def files(paths):
    for top in paths:
        if os.path.isfile(top):
            yield top
        for root, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                yield os.path.join(root, name)


def main():
    if len(sys.argv) < 3:
        sys.exit('usage: differential.py DUMP PATH...')
    listing = '\n'.join(files(sys.argv[2:])) + '\n'
    dump = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if os.fork() == 0:  # feeds the list while we read
        dump.stdin.write(listing.encode('utf-8', 'surrogateescape'))
        dump.stdin.close()
        os._exit(0)
    dump.stdin.close()
    n = 0
    for m in ours(dump.stdout):
        with open(m['path'], 'rb') as f:
            raw = f.read()
        if raw.startswith(b'From '):
            raw = raw[raw.find(b'\n') + 1:] if b'\n' in raw else b''
        compare_message(m, raw)
        n += 1
    bad = dump.wait() != 0
    print('%d messages' % n)
    for what in ('fields', 'subject', 'date', 'addresses', 'tree', 'bytes', 'text'):
        print('%-10s %9d equal' % (what, equal[what]))
        for (w, why), count in sorted(tally.items()):
            if w == what:
                print('%-10s %9d %s: %s' % ('', count, why, CLASSES.get(why, '')))
    unexplained = sum(count for (_, why), count in tally.items() if why == 'unexplained')
    print('%d unexplained' % unexplained)
    sys.exit(1 if unexplained or bad or not n else 0)


main()
