#!/usr/bin/env python3
"""Writes src/codec/charset_tables.h: the labels of charsets and the tables of the single-byte ones.

Usage: scripts/charset_tables.py > src/codec/charset_tables.h
Labels are those of the WHATWG Encoding Standard, the IANA registry's common ones and what mail was seen to use; they are
compared by letters and digits only. The tables come from Python's codecs.
"""
import re
import sys

# name: (kind, iconv or Python codec, UTF-8 sequences that prove mislabelled UTF-8, labels)
UTF8 = {'utf-8': 'utf8 unicode-1-1-utf-8 utf8mb4 utf-8-mac x-utf-8 unicode-2-0-utf-8 x-unicode20utf8'}
ASCII = {'us-ascii': 'ascii ansi_x3.4-1968 ansi_x3.4-1986 iso-ir-6 iso646-us iso_646.irv:1991 us ibm367 cp367 csascii 646 usascii7'}
SINGLE = {
    'iso-8859-1': ('latin_1', 2, 'iso_8859-1 iso_8859-1:1987 iso-ir-100 l1 latin1 latin-1 ibm819 cp819 csisolatin1 8859-1 x-iso-8859-1'),
    'iso-8859-2': ('iso8859_2', 2, 'iso_8859-2:1987 iso-ir-101 l2 latin2 csisolatin2'),
    'iso-8859-3': ('iso8859_3', 2, 'iso_8859-3:1988 iso-ir-109 l3 latin3 csisolatin3'),
    'iso-8859-4': ('iso8859_4', 2, 'iso_8859-4:1988 iso-ir-110 l4 latin4 csisolatin4'),
    'iso-8859-5': ('iso8859_5', 2, 'iso_8859-5:1988 iso-ir-144 cyrillic csisolatincyrillic'),
    'iso-8859-6': ('iso8859_6', 2, 'iso_8859-6:1987 iso-ir-127 arabic asmo-708 ecma-114 csisolatinarabic iso-8859-6-e iso-8859-6-i csiso88596e csiso88596i'),
    'iso-8859-7': ('iso8859_7', 2, 'iso_8859-7:1987 iso-ir-126 greek greek8 ecma-118 elot_928 sun_eu_greek csisolatingreek'),
    'iso-8859-8': ('iso8859_8', 2, 'iso_8859-8:1988 iso-ir-138 hebrew visual csisolatinhebrew iso-8859-8-e csiso88598e'),
    'iso-8859-8-i': ('iso8859_8', 2, 'logical csiso88598i'),
    'iso-8859-9': ('cp1254', 2, 'iso_8859-9:1989 iso-ir-148 l5 latin5 csisolatin5'),
    'iso-8859-10': ('iso8859_10', 2, 'iso-ir-157 l6 latin6 csisolatin6'),
    'iso-8859-13': ('iso8859_13', 2, 'l7 latin7'),
    'iso-8859-14': ('iso8859_14', 2, 'iso-ir-199 l8 latin8 iso-celtic'),
    'iso-8859-15': ('iso8859_15', 2, 'l9 latin9 latin0 csisolatin9'),
    'iso-8859-16': ('iso8859_16', 2, 'iso-ir-226 l10 latin10'),
    'koi8-r': ('koi8_r', 2, 'koi koi8 cskoi8r'),
    'koi8-u': ('koi8_u', 2, 'koi8-ru'),
    'macintosh': ('mac_roman', 2, 'mac x-mac-roman csmacintosh macroman'),
    'x-mac-cyrillic': ('mac_cyrillic', 2, 'x-mac-ukrainian maccyrillic'),
    'x-mac-ce': ('mac_latin2', 2, 'x-mac-centraleurroman maccentraleurope maclatin2'),
    'x-mac-turkish': ('mac_turkish', 2, 'macturkish'),
    'x-mac-greek': ('mac_greek', 2, 'macgreek'),
    'windows-874': ('cp874', 6, 'dos-874 cp874 ibm874 iso-8859-11 tis-620 tis620.2533 tis-620-0 thai'),
    'windows-1250': ('cp1250', 2, 'cp1250 x-cp1250 ansi1250 win1250'),
    'windows-1251': ('cp1251', 2, 'cp1251 x-cp1251 win1251 ansi1251'),
    'windows-1252': ('cp1252', 2, 'cp1252 x-cp1252 win1252 x-ansi ansi windows-ansi'),
    'windows-1253': ('cp1253', 2, 'cp1253 x-cp1253 win1253'),
    'windows-1254': ('cp1254', 2, 'cp1254 x-cp1254 win1254'),
    'windows-1255': ('cp1255', 2, 'cp1255 x-cp1255 win1255'),
    'windows-1256': ('cp1256', 2, 'cp1256 x-cp1256 win1256'),
    'windows-1257': ('cp1257', 2, 'cp1257 x-cp1257 win1257'),
    'windows-1258': ('cp1258', 2, 'cp1258 x-cp1258 win1258'),
    'ibm437': ('cp437', 6, '437 cp437 cspc8codepage437'),
    'ibm737': ('cp737', 6, 'cp737'),
    'ibm775': ('cp775', 6, 'cp775'),
    'ibm850': ('cp850', 6, '850 cp850 cspc850multilingual'),
    'ibm852': ('cp852', 6, '852 cp852 cspcp852'),
    'ibm855': ('cp855', 6, '855 cp855'),
    'ibm857': ('cp857', 6, '857 cp857'),
    'ibm858': ('cp858', 6, '858 cp858 ibm00858'),
    'ibm862': ('cp862', 6, '862 cp862 dos-862 cspc862latinhebrew'),
    'ibm866': ('cp866', 6, '866 cp866 csibm866'),
    'ibm1125': ('cp1125', 6, 'cp1125 ruscii windows-1125'),
}
MULTI = {
    'gb2312': ('GB18030', 'gb_2312 gb_2312-80 csgb2312 csiso58gb231280 iso-ir-58 chinese euc-cn x-euc-cn gb2312-80 gb2312_charset eucgb2312_cn'),
    'gbk': ('GB18030', 'x-gbk cp936 ms936 windows-936'),
    'gb18030': ('GB18030', 'gb18030-2000 gb18030-2005'),
    'big5': ('BIG5-HKSCS', 'cn-big5 csbig5 x-x-big5 big5-tw x-big5 cp950 ms950 windows-950 big5-eten chinesebig5 big5-hkscs big5hk big5-hkscs:2004 big5_tw'),
    'euc-jp': ('EUC-JP-MS', 'x-euc-jp cseucpkdfmtjapanese eucjp ujis euc-jp-ms eucjp-ms'),
    'shift_jis': ('CP932', 'csshiftjis ms_kanji sjis windows-31j x-sjis cp932 ms932 shiftjis mskanji x-ms-cp932 shift_jisx0213'),
    'euc-kr': ('UHC', 'cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ks_c_5601 windows-949 cp949 ms949 uhc x-windows-949 ksc5601-1987'),
    'johab': ('JOHAB', 'cp1361 ms1361'),
    'viscii': ('VISCII', 'csviscii viscii1.1-1'),
    'tcvn': ('TCVN5712-1', 'tcvn5712-1 tcvn-5712 x-viet-tcvn5712'),
    'armscii-8': ('ARMSCII-8', ''),
    'georgian-ps': ('GEORGIAN-PS', ''),
    'koi8-t': ('KOI8-T', ''),
}
SEVEN = {
    'iso-2022-jp': ('EUC-JP-MS', 'csiso2022jp iso-2022-jp-ms cp50220 cp50221 cp50222 jis iso-2022-jp-1 iso-2022-jp-3 iso-2022-jp-2004'),
    'iso-2022-jp-2': ('ISO-2022-JP-2', 'csiso2022jp2'),
    'iso-2022-kr': ('ISO-2022-KR', 'csiso2022kr'),
    'iso-2022-cn': ('ISO-2022-CN', 'csiso2022cn'),
    'utf-7': ('UTF-7', 'unicode-1-1-utf-7 csunicode11utf7 unicode-2-0-utf-7 x-utf-7'),
    'hz-gb-2312': ('GB18030', 'hz'),
}
WIDE = {
    'utf-16': ('UTF-16LE', 'unicode iso-10646-ucs-2 ucs-2 csunicode unicodelittle'),
    'utf-16le': ('UTF-16LE', 'ucs-2le unicodefeff'),
    'utf-16be': ('UTF-16BE', 'ucs-2be unicodefffe unicodebig'),
    'utf-32': ('UTF-32LE', 'ucs-4 iso-10646-ucs-4'),
    'utf-32le': ('UTF-32LE', 'ucs-4le'),
    'utf-32be': ('UTF-32BE', 'ucs-4be'),
}

# The Windows charset of the same script; windows-1252 for the other ISO ones.
WINDOWS = {'iso-8859-2': 'cp1250', 'iso-8859-5': 'cp1251', 'iso-8859-6': 'cp1256', 'iso-8859-7': 'cp1253', 'iso-8859-8': 'cp1255',
           'iso-8859-13': 'cp1257'}


def key(label):
    return re.sub('[^a-z0-9]', '', label.lower())


def high_half(name, codec):
    out = []
    for byte in range(0x80, 0x100):
        try:
            ch = bytes([byte]).decode(codec)
        except UnicodeDecodeError:
            ch = '\ufffd'
        if 0x80 <= byte < 0xA0 and (codec == 'latin_1' or codec.startswith('iso8859')):
            # Nobody writes C1 controls: what stands here is Windows text under the ISO label. A control where that has none.
            try:
                ch = bytes([byte]).decode(WINDOWS.get(name.replace('-8859-8-i', '-8859-8'), 'cp1252'))
            except UnicodeDecodeError:
                ch = chr(byte)
        out.append(ord(ch))
    return out


def nec_rows():
    """Rows 89 to 92 of NEC's JIS X 0208, as Shift_JIS of Microsoft has them; 0 where there is nothing."""
    out = []
    for row in range(89, 93):
        for cell in range(1, 95):
            first = 0xED + (row - 89) // 2
            second = cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell > 63)
            try:
                out.append(ord(bytes([first, second]).decode('cp932')))
            except UnicodeDecodeError:
                out.append(0)
    assert all(c == 0 or 0x800 <= c <= 0xFFFF for c in out)  # three bytes of UTF-8 each
    return out


def main():
    w = sys.stdout.write
    w('/* Made by scripts/charset_tables.py; edit that. */\n')
    w('/* clang-format off */\n#include "codec/charset_kind.h"\n\n')
    tables, entries, labels = [], [], {}

    def entry(name, kind, iconv, table, proof, aliases):
        index = len(entries)
        entries.append((name, kind, iconv, table, proof))
        for label in [name] + aliases.split():
            k = key(label)
            assert labels.setdefault(k, index) == index, label

    for name, aliases in UTF8.items():
        entry(name, 'CHARSET_UTF8', None, -1, 0, aliases)
    for name, aliases in ASCII.items():
        entry(name, 'CHARSET_ASCII', None, 0, 0, aliases)
    for name, (codec, proof, aliases) in SINGLE.items():
        half = high_half(name, codec)
        if half not in tables:
            tables.append(half)
        entry(name, 'CHARSET_SINGLE', None, tables.index(half), proof, aliases)
    for kind, group in (('CHARSET_MULTI', MULTI), ('CHARSET_SEVEN', SEVEN), ('CHARSET_WIDE', WIDE)):
        for name, (iconv, aliases) in group.items():
            entry(name, kind, iconv, -1, 0, aliases)

    w('static const uint16_t high_half[%d][128] = {\n' % len(tables))
    for half in tables:
        w('\t{\n')
        for row in range(0, 128, 8):
            w('\t\t' + ', '.join('0x%04x' % c for c in half[row:row + 8]) + ',\n')
        w('\t},\n')
    w('};\n\n/* Of row 89, cell 1, on. */\nstatic const uint16_t nec_rows[] = {\n')
    rows = nec_rows()
    for i in range(0, len(rows), 8):
        w('\t' + ', '.join('0x%04x' % c for c in rows[i:i + 8]) + ',\n')
    w('};\n\nstatic const struct charset charsets[] = {\n')
    for name, kind, iconv, table, proof in entries:
        w('\t{"%s", %s, %s, %s, %d},\n' % (name, '"%s"' % iconv if iconv else 'NULL', 'high_half[%d]' % table if table >= 0 else 'NULL', kind, proof))
    w('};\n\n/* Sorted by key. */\nstatic const struct charset_label labels[] = {\n')
    for k in sorted(labels):
        w('\t{"%s", %d},\n' % (k, labels[k]))
    w('};\n')


main()
